package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.storage.StorageLevel;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import scala.Tuple2;

/**
 * The examples of an RDD where the plan wants them: a partition for each worker, in the order of
 * the RDD, kept on the executors. What is lost with one is computed again, and is the same.
 */
final class SpreadExamples implements AutoCloseable {
  private final JavaRDD<byte[]> partitions;
  private final AveragingPlan plan;

  private SpreadExamples(JavaRDD<byte[]> partitions, AveragingPlan plan) {
    this.partitions = partitions;
    this.plan = plan;
  }

  /** One partition for each worker. */
  JavaRDD<byte[]> partitions() {
    return partitions;
  }

  /** Who gets what. */
  AveragingPlan plan() {
    return plan;
  }

  @Override
  public void close() {
    partitions.unpersist(false);
  }

  /**
   * Looks at all examples and moves them.
   *
   * @param rdd of data sets of any number of examples
   * @param <T> {@code DataSet}, {@code MultiDataSet} or anything that turns out to be one
   * @param replica that is to be trained on them
   * @throws SparkTrainingException if the RDD has no examples, or too few, or examples of different
   *     shapes, or of other ones than the network takes
   */
  static <T> SpreadExamples of(JavaRDD<T> rdd, Replica replica, SparkSettings settings) {
    int workers = settings.workers() == 0 ? rdd.getNumPartitions() : settings.workers();
    JavaRDD<byte[]> examples =
        rdd.mapPartitionsWithIndex(new TakeApart<T>(), true)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Survey> surveys =
          new ArrayList<>(examples.mapPartitionsWithIndex(new LookAt(), true).collect());
      surveys.sort(Comparator.comparingInt(survey -> survey.partition));
      check(surveys, replica);
      long[] begins = new long[surveys.size()];
      long count = 0;
      for (int i = 0; i < begins.length; i++) {
        begins[i] = count;
        count += surveys.get(i).examples;
      }
      if (count == 0) {
        throw new SparkTrainingException(
            "rdd: found no examples in "
                + begins.length
                + " partitions, expected at least one; check what it was read or filtered from");
      }
      AveragingPlan plan;
      try {
        plan =
            new AveragingPlan(
                settings.seed(), workers, settings.batchSize(), settings.localSteps(), count);
      } catch (IllegalArgumentException e) {
        throw new SparkTrainingException(e.getMessage(), e);
      }
      JavaRDD<byte[]> spread =
          examples
              .mapPartitionsWithIndex(new WithPlaces(begins), true)
              .mapToPair(placed -> placed)
              .repartitionAndSortWithinPartitions(new ByPlan(plan.seed(), workers))
              .values()
              .persist(StorageLevel.MEMORY_AND_DISK());
      spread.count(); // so that the first copy can go
      return new SpreadExamples(spread, plan);
    } catch (SparkTrainingException e) {
      throw e;
    } catch (Exception e) { // SparkException is checked, and Scala does not say so
      throw Workers.failure("moving the data", e);
    } finally {
      examples.unpersist(false);
    }
  }

  private static void check(List<Survey> surveys, Replica replica) {
    Map<String, String> places = new LinkedHashMap<>();
    for (Survey survey : surveys) {
      survey.places.forEach(
          (shape, place) ->
              places.putIfAbsent(shape, "example " + place + " of partition " + survey.partition));
      if (survey.arrayCounts != null) {
        checkCount("features", survey.arrayCounts[0], replica.inputs(), replica);
        checkCount("labels", survey.arrayCounts[1], replica.outputs(), replica);
      }
    }
    if (places.size() > 1) {
      Iterator<Map.Entry<String, String>> shapes = places.entrySet().iterator();
      Map.Entry<String, String> first = shapes.next();
      Map.Entry<String, String> other = shapes.next();
      throw new SparkTrainingException(
          "rdd: found "
              + first.getKey()
              + " ("
              + first.getValue()
              + ") and "
              + other.getKey()
              + " ("
              + other.getValue()
              + "), expected the same shape in all examples; cut, pad or filter them before");
    }
  }

  private static void checkCount(String what, int found, int expected, Replica replica) {
    if (found != expected) {
      throw new SparkTrainingException(
          "rdd: found "
              + found
              + " arrays of "
              + what
              + " in an example, but the "
              + replica.network().getClass().getSimpleName()
              + " has "
              + expected
              + (what.equals("features") ? " inputs" : " outputs")
              + "; expected one array for each, which a MultiDataSet holds");
    }
  }

  /**
   * Data sets to examples.
   *
   * @param <T> whatever the RDD says that it is of
   */
  private static final class TakeApart<T>
      implements Function2<Integer, Iterator<T>, Iterator<byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<T> elements) {
      return Workers.say(
          "partition " + partition + " of the data",
          () -> {
            List<byte[]> examples = new ArrayList<>();
            for (int i = 0; elements.hasNext(); i++) {
              T element = elements.next(); // what it throws is the user's own
              try {
                examples.addAll(ExampleBytes.of(multiDataSet(element)));
              } catch (NullPointerException e) {
                throw new SparkTrainingException(
                    "rdd: element "
                        + i
                        + " of partition "
                        + partition
                        + ": found arrays without content, expected arrays of ND4J; Kryo empties"
                        + " them: make data sets on the executors, by map from what Kryo can move,"
                        + " or leave spark.serializer as it is",
                    e);
              } catch (IllegalArgumentException e) {
                throw new SparkTrainingException(
                    "rdd: element " + i + " of partition " + partition + ": " + e.getMessage(), e);
              }
            }
            return examples.iterator();
          });
    }

    private static MultiDataSet multiDataSet(Object element) {
      if (element instanceof MultiDataSet both) {
        return both;
      }
      if (element instanceof DataSet one) {
        if (one.getFeatures() == null || one.getLabels() == null) {
          throw new IllegalArgumentException(
              "found no "
                  + (one.getFeatures() == null ? "features" : "labels")
                  + ", expected both; training needs labels");
        }
        return one.toMultiDataSet();
      }
      throw new IllegalArgumentException(
          "found "
              + (element == null ? "null" : element.getClass().getName())
              + ", expected a DataSet or a MultiDataSet; map the RDD to one");
    }
  }

  /** What a partition has. No record: Kryo 4 has none. */
  private static final class Survey implements java.io.Serializable {
    private static final long serialVersionUID = 1L;

    private final int partition;
    private final LinkedHashMap<String, Long> places = new LinkedHashMap<>(); // first of a shape
    private long examples;
    private int[] arrayCounts; // null: no example

    Survey(int partition) {
      this.partition = partition;
    }
  }

  private static final class LookAt
      implements Function2<Integer, Iterator<byte[]>, Iterator<Survey>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Survey> call(Integer partition, Iterator<byte[]> examples) {
      Survey survey = new Survey(partition);
      while (examples.hasNext()) {
        byte[] example = examples.next();
        survey.places.putIfAbsent(ExampleBytes.shape(example), survey.examples);
        survey.arrayCounts = ExampleBytes.arrayCounts(example);
        survey.examples++;
      }
      return List.of(survey).iterator();
    }
  }

  /** Examples with their places in the RDD. */
  private static final class WithPlaces
      implements Function2<Integer, Iterator<byte[]>, Iterator<Tuple2<Long, byte[]>>> {
    private static final long serialVersionUID = 1L;

    private final long[] begins;

    WithPlaces(long[] begins) {
      this.begins = begins;
    }

    @Override
    public Iterator<Tuple2<Long, byte[]>> call(Integer partition, Iterator<byte[]> examples) {
      return new Iterator<>() {
        private long next = begins[partition];

        @Override
        public boolean hasNext() {
          return examples.hasNext();
        }

        @Override
        public Tuple2<Long, byte[]> next() {
          return new Tuple2<>(next++, examples.next());
        }
      };
    }
  }

  /** Places to workers. */
  private static final class ByPlan extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final long seed;
    private final int workers;

    ByPlan(long seed, int workers) {
      this.seed = seed;
      this.workers = workers;
    }

    @Override
    public int numPartitions() {
      return workers;
    }

    @Override
    public int getPartition(Object place) {
      return AveragingPlan.workerOf(seed, workers, (Long) place);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByPlan plan && plan.seed == seed && plan.workers == workers;
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(new long[] {seed, workers});
    }
  }
}
