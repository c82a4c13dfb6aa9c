package org.iterativemaps.examples;

final class Examples {
  private Examples() {}

  public static void main(String[] args) {
    System.out.println(String.join(" ", args));
  }
}
