package org.iterativemaps.card;

import java.util.List;

/**
 * A paper that the library implements.
 *
 * @param authors by family name
 * @param year of the publication
 * @param title of the paper
 * @param identifier "arXiv:" and its number
 */
public record Paper(String authors, int year, String title, String identifier) {

  /** Those of every network with maps. */
  static final List<Paper> OF_MAPS =
      List.of(
          new Paper(
              "Hershey, Paffenroth, Pathak, Tavener",
              2024,
              "Rethinking the Relationship between Recurrent and Non-Recurrent Neural Networks: A"
                  + " Study in Sparsity",
              "arXiv:2404.00880"),
          new Paper(
              "Hershey, Paffenroth",
              2025,
              "Balancing Sparse RNNs with Hyperparameterization Benefiting Meta-Learning",
              "arXiv:2509.15057"),
          new Paper(
              "Muir",
              2017,
              "Feed-forward approximations to dynamic recurrent network architectures",
              "arXiv:1704.06645"));

  @Override
  public String toString() {
    return authors + " (" + year + "). " + title + ". " + identifier;
  }
}
