package org.iterativemaps.saving;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Zip files taken apart and put together again. */
final class Zips {
  private Zips() {}

  static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  static byte[] of(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** With checksums that are right, as somebody makes them who wants a file to be believed. */
  static byte[] signed(Map<String, byte[]> entries) throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>(entries);
    all.remove(CheckedZip.CHECKSUMS);
    StringBuilder sums = new StringBuilder();
    all.forEach(
        (name, bytes) ->
            sums.append(HexFormat.of().formatHex(CheckedZip.sha256().digest(bytes)))
                .append("  ")
                .append(name)
                .append('\n'));
    all.put(CheckedZip.CHECKSUMS, sums.toString().getBytes(StandardCharsets.UTF_8));
    return of(all);
  }
}
