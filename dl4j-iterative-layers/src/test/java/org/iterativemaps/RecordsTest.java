package org.iterativemaps;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.iterativemaps.card.BlockFacts;
import org.iterativemaps.card.DataSummary;
import org.iterativemaps.card.LayerFacts;
import org.iterativemaps.card.MadeWith;
import org.iterativemaps.card.MapFacts;
import org.iterativemaps.card.MaskFacts;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.card.NetworkFacts;
import org.iterativemaps.card.Paper;
import org.iterativemaps.card.SlotFacts;
import org.iterativemaps.card.TrainingFacts;
import org.iterativemaps.convert.ConversionReport;
import org.iterativemaps.convert.numpy.NumpyWeights;
import org.iterativemaps.describe.DescribedMap;
import org.iterativemaps.describe.Description;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.kernel.plan.CellPlan;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockSite;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.change.Changeable;
import org.iterativemaps.map.change.MagnitudePruning;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.plan.MapPlan;
import org.iterativemaps.map.plan.PaperBlock;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.parallel.ParallelEvaluation;
import org.iterativemaps.samediff.SDFixedPoint;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** Records are values: what they were made from, and what they hand out, changes none. */
class RecordsTest {
  private static final BlockMap MAP =
      BlockMap.builder()
          .input("x", 2)
          .state("h", 2, Activation.TANH)
          .connect("x", "h", Sparsity.dense())
          .output("h")
          .build();

  /** A record and the mutable collections it was made from. */
  private record Made(Record value, List<Object> from) {}

  private static Made of(Record value, Object... from) {
    return new Made(value, List.of(from));
  }

  private static List<Made> all() {
    EnumMap<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    Arrays.stream(PaperBlock.values()).forEach(block -> densities.put(block, 0.5));
    Map<PaperBlock, Double> given = new EnumMap<>(Map.of(PaperBlock.H_TO_H, 0.5));
    Map<String, WeightValues> values =
        new LinkedHashMap<>(Map.of("x->h", WeightValues.constant(1)));
    List<HiddenProportion.Share> shares =
        new ArrayList<>(List.of(new HiddenProportion.Share("x->h", 4, 1, false)));
    RealizedMap realized = MAP.realize();
    Map<String, double[]> numbers = new LinkedHashMap<>();
    realized.parameters().forEach(p -> numbers.put(p.key(), new double[p.length()]));
    Set<String> blocks = new LinkedHashSet<>(List.of("x->h"));
    List<ConversionReport.Entry> entries =
        new ArrayList<>(List.of(new ConversionReport.Entry("layer", "slot", 1, 1)));
    List<String> notes = new ArrayList<>(List.of("note"));
    List<Integer> indices = new ArrayList<>(List.of(0));
    List<String> from = new ArrayList<>(List.of("x"));
    List<Slot> slots = new ArrayList<>(List.of(MAP.input()));
    Schedule.Cell cell = new Schedule.Cell(0, 1);
    List<Schedule.Cell> cells = new ArrayList<>(List.of(cell));
    List<Schedule.Read> reads = new ArrayList<>(List.of(new Schedule.Read(0, List.of(cell))));
    Map<String, org.nd4j.autodiff.samediff.SDVariable> state = new LinkedHashMap<>();
    state.put("z", null);
    Description.Cell none = new Description.Cell(null, WeightValues.constant(0), null);
    List<Double> changes = new ArrayList<>(List.of(1.0));
    List<Integer> sizes = new ArrayList<>(List.of(2, 2));
    List<Description.Cell> row = new ArrayList<>(List.of(none, none));
    List<List<Description.Cell>> rows = new ArrayList<>(List.of(row, new ArrayList<>(row)));
    List<String> names = new ArrayList<>(List.of("Identity", "Tanh"));
    CellPlan.Value value = new CellPlan.Value(0, 0);
    List<CellPlan.Product> products = new ArrayList<>(List.of(new CellPlan.Product(0, value)));
    List<List<CellPlan.Value>> terms = new ArrayList<>(List.of(List.of(value)));
    List<Double> measures = new ArrayList<>(List.of(1.0));
    List<Integer> steps = new ArrayList<>(List.of(3));
    Behaviour behaviour =
        new Behaviour(steps, measures, measures, measures, Behaviour.Probe.DEFAULT);
    List<String> texts = new ArrayList<>(List.of("text"));
    Map<String, String> sections = new LinkedHashMap<>(Map.of("heading", "text"));
    Map<String, Double> metrics = new LinkedHashMap<>(Map.of("loss", 1.0));
    MaskFacts mask = new MaskFacts("W[x->h]", "Dense[]", 2, 2, 4, "0");
    List<MaskFacts> masks = new ArrayList<>(List.of(mask));
    BlockFacts block = new BlockFacts("x->h", "Linear", null, 4, masks);
    List<BlockFacts> blockFacts = new ArrayList<>(List.of(block));
    List<SlotFacts> slotFacts =
        new ArrayList<>(List.of(new SlotFacts("x", "input", 2, null, false, "NONE", "replaced")));
    MapFacts map =
        new MapFacts(
            "map", false, 0, "HOLD", "1 step", "h", 4, 4, null, 0.0, slotFacts, blockFacts);
    List<MapFacts> maps = new ArrayList<>(List.of(map));
    LayerFacts layer = new LayerFacts("map", "Layer", 4, texts);
    List<LayerFacts> layers = new ArrayList<>(List.of(layer));
    NetworkFacts network = new NetworkFacts("kind", "FLOAT", 4, layers);
    TrainingFacts training = new TrainingFacts(0, 0, null, texts, texts, metrics);
    MadeWith made = new MadeWith("1", "1", "backend", "17", "platform", "none", sections);
    List<Paper> papers = new ArrayList<>(List.of(new Paper("A", 2024, "T", "arXiv:1")));
    return List.of(
        of(block, masks),
        of(map, slotFacts, blockFacts),
        of(layer, texts),
        of(network, layers),
        of(training, texts, metrics),
        of(made, sections),
        of(new DataSummary("data", 1, texts, texts, null), texts),
        of(
            new ModelCard("title", sections, network, maps, training, null, made, papers),
            sections,
            maps,
            papers),
        of(behaviour, steps, measures),
        of(new DensityPlan(2, 3, 2, densities), densities),
        of(new MapPlan(null, 0, given, 100L, null, null, true, Injection.HOLD, 0, 1), given),
        of(new DescribedMap(MAP, values), values),
        of(new HiddenProportion(HiddenProportion.Count.ALL, shares, 4, 0), shares),
        of(new Changeable(new MapWeights(realized, numbers), blocks, 1), numbers, blocks),
        of(new ConversionReport(entries, notes, OptionalDouble.empty()), entries, notes),
        of(new MagnitudePruning.Share(blocks, 1), blocks),
        of(new NumpyWeights.Part(null, notes), notes),
        of(new Block(from, "h", BlockFunctions.identity()), from),
        of(new RealizedMap.RealizedBlock(null, indices, 1, null, null, null, 0, 1), indices),
        of(new BlockSite(slots, MAP.output(), 0), slots),
        of(new Schedule.Read(0, cells), cells),
        of(new Schedule.Evaluation(cell, reads, null, null, null), reads),
        of(new CellPlan(0, 0, false, false, products, terms, null, null, null), products, terms),
        of(new SDFixedPoint(state, null, null), state),
        of(new ParallelEvaluation.Result(null, null, 1, changes, 1, false), changes),
        of(new Description(sizes, rows, true, names), sizes, rows, row, names));
  }

  @Test
  void whatTheyAreMadeOfMayChange() {
    for (Made made : all()) {
      String before = components(made.value).toString();
      made.from.forEach(RecordsTest::clear);
      assertEquals(before, components(made.value).toString(), made.value.getClass().getName());
    }
  }

  @Test
  void whatTheyHandOutCannotChangeThem() {
    for (Made made : all()) {
      String before = components(made.value).toString();
      for (Object component : components(made.value)) {
        attempt(component);
        if (component instanceof List<?> list) {
          list.forEach(RecordsTest::attempt);
        }
      }
      assertEquals(before, components(made.value).toString(), made.value.getClass().getName());
    }
  }

  private static void clear(Object collection) {
    if (collection instanceof Collection<?> some) {
      some.clear();
    } else if (collection instanceof Map<?, ?> map) {
      map.clear();
    }
  }

  private static void attempt(Object collection) {
    try {
      clear(collection);
    } catch (UnsupportedOperationException refused) {
      return; // as it should be; a copy may be changed
    }
  }

  private static List<Object> components(Record value) {
    return Arrays.stream(value.getClass().getRecordComponents())
        .map(
            component -> {
              try {
                Object found = component.getAccessor().invoke(value);
                return found == null ? "-" : found;
              } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  @Test
  void noPublicRecordIsMissing() {
    Set<String> found =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.iterativemaps")
                .stream()
                .filter(
                    type -> type.isRecord() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::reflect)
                .filter(RecordsTest::holdsCollections)
                .map(Class::getName)
                .collect(Collectors.toSet());
    Set<String> tested =
        all().stream().map(made -> made.value.getClass().getName()).collect(Collectors.toSet());
    assertEquals(new HashSet<>(tested), found);
  }

  private static boolean holdsCollections(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .anyMatch(
            c ->
                Collection.class.isAssignableFrom(c.getType())
                    || Map.class.isAssignableFrom(c.getType()));
  }
}
