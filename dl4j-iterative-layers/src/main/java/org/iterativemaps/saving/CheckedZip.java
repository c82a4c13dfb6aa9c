package org.iterativemaps.saving;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A zip file from somebody else. Opening it checks its frame and the names in it, reading an entry
 * its size before anything is unpacked, and then its checksums: the zip's own, and SHA-256 where
 * the file has the entry {@value #CHECKSUMS}, in the format of {@code sha256sum}.
 */
final class CheckedZip implements Closeable {
  /** The entry with the checksums of all others. */
  static final String CHECKSUMS = "checksums.sha256";

  private static final int MOST_ENTRIES = 1000;
  private static final int MOST_CHECKSUM_BYTES = 1 << 20;
  private static final int END_RECORD = 22; // without a comment
  private static final long END_SIGNATURE = 0x06054b50L;
  private static final long FIRST_SIGNATURE = 0x04034b50L;
  private static final long IN_ZIP64 = 0xFFFFFFFFL;
  private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}\\\\:]{1,255}");
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *](.+)");

  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new LinkedHashMap<>();
  private final Map<String, String> checksums = new LinkedHashMap<>(); // empty if there are none
  private final Set<String> unread = new LinkedHashSet<>();

  CheckedZip(Path file) throws IOException {
    checkFrame(file);
    this.zip = new ZipFile(file.toFile());
    try {
      var all = zip.entries();
      while (all.hasMoreElements()) {
        add(all.nextElement());
      }
      unread.addAll(entries.keySet());
      if (entries.containsKey(CHECKSUMS)) {
        readChecksums();
      }
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  /** Nothing in front of the first entry, and nothing behind the last record. */
  private static void checkFrame(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      long length = bytes.length();
      if (length < END_RECORD || unsigned(bytes, 0) != FIRST_SIGNATURE) {
        throw new ModelFileException("is no zip file, or not from its beginning");
      }
      long end = length - END_RECORD;
      if (unsigned(bytes, end) != END_SIGNATURE) {
        throw new ModelFileException(
            "does not end where a zip file ends: it is cut off, or something is appended");
      }
      long directorySize = unsigned(bytes, end + 12);
      long directory = unsigned(bytes, end + 16);
      boolean isLarge = directorySize == IN_ZIP64 || directory == IN_ZIP64;
      if (!isLarge && directory + directorySize != end) {
        throw new ModelFileException("its directory is not where it says");
      }
    }
  }

  private static long unsigned(RandomAccessFile bytes, long place) throws IOException {
    bytes.seek(place);
    return Integer.reverseBytes(bytes.readInt()) & 0xFFFFFFFFL;
  }

  private void add(ZipEntry entry) throws IOException {
    String name = entry.getName();
    boolean isPath =
        name.startsWith("/") || name.endsWith("/") || List.of(name.split("/")).contains("..");
    if (!NAME.matcher(name).matches() || isPath) {
      throw new ModelFileException(
          "found an entry called '" + shown(name) + "', expected a plain name");
    }
    if (entries.put(name, entry) != null) {
      throw new ModelFileException("found entry '" + name + "' twice");
    }
    if (entries.size() > MOST_ENTRIES) {
      throw new ModelFileException("found more than " + MOST_ENTRIES + " entries");
    }
  }

  private static String shown(String name) {
    String printable = name.replaceAll("\\P{Graph}", "?");
    return printable.length() > 60 ? printable.substring(0, 60) + "…" : printable;
  }

  private void readChecksums() throws IOException {
    String text = new String(read(CHECKSUMS, MOST_CHECKSUM_BYTES), StandardCharsets.UTF_8);
    for (String line : text.split("\n")) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches() || checksums.put(matcher.group(2), matcher.group(1)) != null) {
        throw new ModelFileException(CHECKSUMS + ": is damaged: found line '" + shown(line) + "'");
      }
    }
    Set<String> others = new HashSet<>(entries.keySet());
    others.remove(CHECKSUMS);
    if (!others.equals(checksums.keySet())) {
      throw new ModelFileException(
          CHECKSUMS
              + ": is for the entries "
              + checksums.keySet()
              + ", but the file has "
              + others
              + "; entries were added, removed or renamed since it was saved");
    }
  }

  boolean hasChecksums() {
    return !checksums.isEmpty();
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  /** Unpacked size of an entry, as the zip says. */
  long size(String name) throws ModelFileException {
    if (!has(name)) {
      throw new ModelFileException("has no entry '" + name + "'; it has " + entries.keySet());
    }
    return entries.get(name).getSize();
  }

  /**
   * An entry whose checksums are right.
   *
   * @param most bytes it may have
   * @throws ModelFileException if it has more, or its checksums are wrong
   */
  byte[] read(String name, long most) throws IOException {
    long size = size(name);
    if (size < 0 || size > Math.min(most, Integer.MAX_VALUE - 8)) {
      throw new ModelFileException(
          name + ": unpacks to " + size + " bytes, expected at most " + most);
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entries.get(name))) {
      bytes = in.readNBytes((int) size);
      if (bytes.length < size || in.read() >= 0) {
        throw new ModelFileException(
            name + ": does not unpack to the " + size + " bytes that the zip says");
      }
    } catch (ModelFileException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelFileException(name + ": cannot be unpacked: " + e.getMessage(), e);
    }
    MessageDigest digest = sha256();
    digest.update(bytes);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    check(name, digest, crc);
    return bytes;
  }

  /**
   * Checks the entries that were not read, without keeping them.
   *
   * @param most bytes they may have together
   */
  void checkTheOthers(long most) throws IOException {
    long left = most;
    byte[] buffer = new byte[1 << 16];
    for (String name : Set.copyOf(unread)) {
      MessageDigest digest = sha256();
      CRC32 crc = new CRC32();
      try (InputStream in = zip.getInputStream(entries.get(name))) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          left -= count;
          if (left < 0) {
            throw new ModelFileException(
                name + ": entries that are not the model's unpack to more than " + most + " bytes");
          }
          digest.update(buffer, 0, count);
          crc.update(buffer, 0, count);
        }
      } catch (ModelFileException e) {
        throw e;
      } catch (IOException e) {
        throw new ModelFileException(name + ": cannot be unpacked: " + e.getMessage(), e);
      }
      check(name, digest, crc);
    }
  }

  private void check(String name, MessageDigest digest, CRC32 crc) throws ModelFileException {
    if (entries.get(name).getCrc() != crc.getValue()) {
      throw new ModelFileException(name + ": is damaged: the zip's checksum is another one");
    }
    String found = HexFormat.of().formatHex(digest.digest());
    String expected = checksums.get(name);
    if (expected != null && !expected.equals(found)) {
      throw new ModelFileException(
          name + ": is not what was saved: its SHA-256 is " + found + ", expected " + expected);
    }
    unread.remove(name);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
