package org.iterativemaps.saving;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes what {@link CheckedZip} reads: entries and their checksums. */
final class CheckedZipWriter {
  private final ZipOutputStream zip;
  private final StringBuilder checksums = new StringBuilder();

  CheckedZipWriter(OutputStream out) {
    this.zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
  }

  void entry(String name, AtomicFile.Content content) throws IOException {
    MessageDigest digest = CheckedZip.sha256();
    zip.putNextEntry(new ZipEntry(name));
    OutputStream unclosed =
        new FilterOutputStream(zip) {
          @Override
          public void write(byte[] bytes, int begin, int length) throws IOException {
            out.write(bytes, begin, length);
          }

          @Override
          public void close() {
            // the zip goes on
          }
        };
    OutputStream buffered =
        new BufferedOutputStream(new DigestOutputStream(unclosed, digest), 1 << 16);
    content.writeTo(buffered);
    buffered.flush();
    zip.closeEntry();
    checksums.append(HexFormat.of().formatHex(digest.digest())).append("  ").append(name);
    checksums.append('\n');
  }

  void finish() throws IOException {
    zip.putNextEntry(new ZipEntry(CheckedZip.CHECKSUMS));
    zip.write(checksums.toString().getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    zip.finish();
  }
}
