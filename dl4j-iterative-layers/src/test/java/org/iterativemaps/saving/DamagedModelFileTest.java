package org.iterativemaps.saving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Damaged and made-up files: the model that was saved, or an error; never another one. */
class DamagedModelFileTest {
  @TempDir private Path folder;
  private MultiLayerNetwork network;
  private NormalizerStandardize normalizer;
  private byte[] saved;

  @BeforeEach
  void save() throws IOException {
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .list()
                .layer(new IterativeMapLayer.Builder().nIn(2).nOut(3).density(0.7).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(3)
                        .nOut(2)
                        .build())
                .build());
    network.init();
    DataSet data = new DataSet(Nd4j.rand(4, 2), Nd4j.rand(4, 2));
    network.fit(data);
    normalizer = new NormalizerStandardize();
    normalizer.fit(data);
    Path file = folder.resolve("model.zip");
    ModelFile.save(network, file, true, normalizer);
    saved = Files.readAllBytes(file);
  }

  private ModelFile load(byte[] bytes) throws IOException {
    Path file = folder.resolve("changed.zip");
    Files.write(file, bytes);
    return ModelFile.load(file);
  }

  private String refused(byte[] bytes) {
    return assertThrows(ModelFileException.class, () -> load(bytes)).getMessage();
  }

  private void assertRefused(String expected, byte[] bytes) {
    String message = refused(bytes);
    assertTrue(message.contains(expected), message);
    assertTrue(message.contains("changed.zip: "), message);
  }

  /** Refused, or the very model. */
  private boolean isRefused(String which, byte[] bytes) throws IOException {
    try {
      ModelFile loaded = load(bytes);
      MultiLayerNetwork back = loaded.multiLayerNetwork();
      assertEquals(network.params(), back.params(), which);
      assertEquals(
          network.getUpdater().getStateViewArray(), back.getUpdater().getStateViewArray(), which);
      assertEquals(network.getLayerWiseConfigurations(), back.getLayerWiseConfigurations(), which);
      assertEquals(normalizer, loaded.normalizer().orElseThrow(), which);
      return false;
    } catch (ModelFileException e) {
      return true;
    }
  }

  @Test
  void noFlippedBitGivesAnotherModel() throws IOException {
    Random random = new Random(1);
    int refused = 0;
    for (int place = 0; place < saved.length; place++) {
      byte[] bytes = saved.clone();
      bytes[place] ^= (byte) (1 << random.nextInt(8));
      refused += isRefused("byte " + place, bytes) ? 1 : 0;
    }
    assertTrue(refused > 0.8 * saved.length, refused + " of " + saved.length);
  }

  @Test
  void noFileThatIsCutOffOrLongerIsLoaded() {
    for (int length = 0; length < saved.length; length += 1 + length / 400) {
      refused(Arrays.copyOf(saved, length));
    }
    assertRefused("appended", Arrays.copyOf(saved, saved.length + 1));
    assertRefused("appended", Arrays.copyOf(saved, saved.length + 100_000));
    byte[] later = new byte[saved.length + 10];
    System.arraycopy(saved, 0, later, 10, saved.length);
    assertRefused("from its beginning", later);
    byte[] twice = Arrays.copyOf(saved, 2 * saved.length);
    System.arraycopy(saved, 0, twice, saved.length, saved.length);
    assertRefused("directory", twice);
  }

  @Test
  void entriesAreWhatWasSavedUnderTheirNames() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved);
    String[] names = entries.keySet().toArray(String[]::new);
    Set<String> notTheNetworks = Set.of(CheckedZip.CHECKSUMS, ModelFile.CARD);
    for (String one : names) {
      Map<String, byte[]> changed = new LinkedHashMap<>(entries);
      changed.remove(one);
      if (one.equals(CheckedZip.CHECKSUMS)) {
        load(Zips.of(changed)); // as a file of ModelSerializer
      } else {
        assertRefused("entries were added, removed or renamed", Zips.of(changed));
      }
      for (String other : names) {
        if (!one.equals(other)) {
          changed = new LinkedHashMap<>(entries);
          changed.put(one, entries.get(other));
          changed.put(other, entries.get(one));
          refused(Zips.of(changed));
          changed.remove(CheckedZip.CHECKSUMS); // in a file without checksums, too
          if (!notTheNetworks.containsAll(Set.of(one, other))) {
            refused(Zips.of(changed));
          }
        }
      }
    }
    entries.put("more.bin", new byte[3]);
    assertRefused("more.bin", Zips.of(entries));
  }

  /** Another weight, zipped again: the zip's own checksums and all sizes are right. */
  @Test
  void whatWasChangedAndZippedAgainIsFound() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved);
    for (String name : entries.keySet()) {
      byte[] bytes = entries.get(name).clone();
      int place = name.equals(CheckedZip.CHECKSUMS) ? 5 : bytes.length - 2;
      bytes[place] ^= 1;
      Map<String, byte[]> changed = new LinkedHashMap<>(entries);
      changed.put(name, bytes);
      String which = name.equals(CheckedZip.CHECKSUMS) ? "configuration.json" : name;
      assertRefused(which + ": is not what was saved: its SHA-256 is", Zips.of(changed));
    }
    entries.put("objects/more", new byte[1]);
    byte[] signed = Zips.signed(entries);
    Map<String, byte[]> other = Zips.entries(signed);
    other.put("objects/more", new byte[2]); // not the model's, but saved with it
    assertRefused("objects/more: is not what was saved", Zips.of(other));
  }

  @Test
  void namesAreNames() throws IOException {
    for (String name :
        new String[] {"../evil", "/etc/x", "a/../../b", "a\\b", "C:x", "x/", "a\nb"}) {
      Map<String, byte[]> entries = Zips.entries(saved);
      entries.put(name, new byte[0]);
      assertRefused("expected a plain name", Zips.signed(entries));
    }
    Map<String, byte[]> entries = Zips.entries(saved);
    entries.put("coefficients.bim", entries.get("coefficients.bin"));
    byte[] renamed = Zips.of(entries);
    for (int i = 0; i + 16 <= renamed.length; i++) {
      if (new String(renamed, i, 16, StandardCharsets.ISO_8859_1).equals("coefficients.bim")) {
        renamed[i + 15] = 'n';
      }
    }
    assertRefused("twice", renamed);
    Map<String, byte[]> many = Zips.entries(saved);
    for (int i = 0; i < 2000; i++) {
      many.put("objects/" + i, new byte[0]);
    }
    assertRefused("more than 1000 entries", Zips.signed(many));
  }

  /** Whoever makes a file can make its checksums, too. */
  @Test
  void sizesFollowFromTheConfiguration() throws IOException {
    for (String name : new String[] {"coefficients.bin", "updaterState.bin"}) {
      Map<String, byte[]> entries = Zips.entries(saved);
      byte[] good = entries.get(name);
      entries.put(name, Arrays.copyOf(good, good.length + 1));
      assertRefused(name + ": 1 bytes are left over", Zips.signed(entries));
      entries.put(name, Arrays.copyOf(good, good.length - 1));
      assertRefused(name + ": is damaged", Zips.signed(entries));
      entries.put(name, new byte[50_000_000]); // 50 kB in the file
      assertRefused(name + ": unpacks to 50000000 bytes, expected at most", Zips.signed(entries));
    }
    Map<String, byte[]> entries = Zips.entries(saved);
    byte[] coefficients = entries.get("coefficients.bin");
    entries.put("coefficients.bin", entries.get("updaterState.bin"));
    assertRefused("but the configuration has", Zips.signed(entries));
    entries = Zips.entries(saved);
    entries.put("updaterState.bin", coefficients);
    assertRefused("of updater state", Zips.signed(entries));
    entries.remove("coefficients.bin");
    assertRefused("no entry 'coefficients.bin'", Zips.signed(entries));
    entries = Zips.entries(saved);
    entries.put("objects/zeros", new byte[1 << 28]);
    entries.put("objects/one", new byte[1]);
    assertRefused("unpack to more than", Zips.signed(entries));
  }

  /**
   * Whatever the frame of an array says, it is the array or refused: ND4J would read and write
   * wherever it points.
   */
  @Test
  void noFrameOfAnArrayIsBelieved() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved);
    Random random = new Random(3);
    for (String name : new String[] {"coefficients.bin", "updaterState.bin", "normalizer.bin"}) {
      byte[] good = entries.get(name);
      int begin = name.equals("normalizer.bin") ? 30 : 0;
      int end = SavedArray.of(name, good, begin).dataBegin();
      for (int bit = 8 * begin; bit < 8 * end; bit += 1 + random.nextInt(7)) {
        byte[] bytes = good.clone();
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.put(name, bytes);
        isRefused(name + ", bit " + bit, Zips.signed(changed));
      }
    }
  }

  @Test
  void theZipsOwnChecksumsAreChecked() throws IOException {
    Path plain = folder.resolve("plain.zip");
    ModelSerializer.writeModel(network, plain.toFile(), true);
    ModelSerializer.addNormalizerToModel(plain.toFile(), normalizer);
    byte[] bytes = Files.readAllBytes(plain);
    Random random = new Random(2);
    for (int place = 0; place < bytes.length; place += 1 + random.nextInt(3)) {
      byte[] changed = bytes.clone();
      changed[place] ^= (byte) (1 << random.nextInt(8));
      String name = "updaterState.bin"; // in a name, a bit makes it another entry
      boolean isName = isWithin(bytes, name, place) || isWithin(bytes, "normalizer.bin", place);
      if (!isName) {
        isRefused("byte " + place, changed);
      }
    }
  }

  private static boolean isWithin(byte[] bytes, String name, int place) {
    for (int i = Math.max(0, place - name.length()); i <= place; i++) {
      if (i + name.length() <= bytes.length
          && new String(bytes, i, name.length(), StandardCharsets.ISO_8859_1).equals(name)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void configurationsThatAreNone() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved);
    String json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    String[][] texts = {
      {"", "neither"},
      {"{}", "neither"},
      {"[1, 2", "is no JSON"},
      {"{\"confs\":[],\"vertices\":{}}", "neither"},
      {"{\"confs\":" + "[".repeat(100_000), "deep"},
      {json.replace("\"version\" : 3", "\"version\" : 9"), "found version 9"},
      {json.replace("\"nout\" : 2", "\"nout\" : 1000000000"), "but the configuration has"},
      {json.replace("\"dataType\" : \"FLOAT\"", "\"dataType\" : \"DOUBLE\""), "says DOUBLE"},
      {json.replace("layers.OutputLayer", "layers.NoSuchLayer"), "cannot be read"},
      {json.replace("\"settings\"", "\"seddings\""), "cannot be used"},
    };
    for (String[] text : texts) {
      assertTrue(!text[0].equals(json), text[1]);
      entries.put("configuration.json", text[0].getBytes(StandardCharsets.UTF_8));
      assertRefused("configuration.json", Zips.signed(entries), text[1]);
    }
  }

  private void assertRefused(String one, byte[] bytes, String other) {
    String message = refused(bytes);
    assertTrue(message.contains(one) || message.contains("configuration"), message);
    assertTrue(message.contains(other), message);
  }

  @Test
  void normalizersNameNoClasses() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (java.io.DataOutputStream out = new java.io.DataOutputStream(bytes)) {
      out.writeUTF("NORMALIZER");
      out.writeInt(1);
      out.writeUTF("CUSTOM");
      out.writeUTF("java.lang.Object");
    }
    entries.put("normalizer.bin", bytes.toByteArray());
    assertRefused("found type CUSTOM, expected one of", Zips.signed(entries));
  }
}
