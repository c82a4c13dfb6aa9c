package org.iterativemaps.card;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of numbers, each in its big-endian bytes: the same on every machine. */
final class ValueDigest {
  private final MessageDigest sha256;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 13); // big-endian

  ValueDigest() {
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  ValueDigest add(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  ValueDigest add(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** All NaNs are one; 0.0 and -0.0 are two. */
  ValueDigest add(double value) {
    return add(Double.doubleToLongBits(value));
  }

  ValueDigest add(byte[] bytes) {
    flush();
    sha256.update(bytes);
    return this;
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() {
    sha256.update(buffer.flip());
    buffer.clear();
  }

  /** Of what was added; nothing is to be added any more. */
  byte[] digest() {
    flush();
    return sha256.digest();
  }

  /** The same in hexadecimal digits. */
  String hex() {
    return HexFormat.of().formatHex(digest());
  }
}
