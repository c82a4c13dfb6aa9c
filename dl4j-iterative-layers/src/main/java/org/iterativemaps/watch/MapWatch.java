package org.iterativemaps.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the maps of a network while it trains: takes measures every N iterations, keeps them, and
 * writes them as CSV.
 *
 * <pre>{@code
 * MapWatch watch = MapWatch.every(100).writing(Path.of("maps.csv")).build();
 * network.addListeners(watch);
 * network.fit(data, epochs);
 * List<MapSample> radius = watch.series("map", "spectral radius", "h->h");
 * }</pre>
 *
 * <p>It changes nothing: a network that is watched trains to the same weights, to the bit. Give it
 * behind listeners that prune or rewire ({@code surgery}), to see what they left.
 *
 * <p>For one network at a time. Of a {@code ParallelWrapper}'s workers each reports its own copy;
 * call {@link #record} between two calls of its {@code fit} instead.
 */
public final class MapWatch extends BaseTrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(MapWatch.class);

  private final int every;
  private final List<MapMeasure> measures;
  private final Set<String> layers;
  private final Path file; // null: none
  private final boolean isContinued;
  private final List<MapSample> samples = new ArrayList<>();
  private boolean isFileOpen;
  private int last = -1; // iteration sampled last

  private MapWatch(Builder builder, List<MapSample> before) {
    every = builder.every;
    measures = List.copyOf(builder.measures);
    layers = new LinkedHashSet<>(builder.layers);
    file = builder.file;
    isContinued = builder.isContinued;
    isFileOpen = file != null;
    samples.addAll(before);
  }

  /**
   * Starts to describe one.
   *
   * @param iterations N: measures are taken after iterations 0, N, 2 N, …; at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public static Builder every(int iterations) {
    if (iterations < 1) {
      throw new IllegalArgumentException(
          "every: found " + iterations + ", expected at least 1 iteration");
    }
    return new Builder(iterations);
  }

  /** What is to be watched. By default all maps and {@link MapMeasures#standard()}, no file. */
  public static final class Builder {
    private final int every;
    private final List<MapMeasure> measures = new ArrayList<>();
    private final List<String> layers = new ArrayList<>();
    private Path file;
    private boolean isContinued;

    private Builder(int every) {
      this.every = every;
    }

    /**
     * Takes these measures, and those given before, instead of the standard ones.
     *
     * @throws IllegalArgumentException if one has no name, or that of another
     */
    public Builder measures(MapMeasure... some) {
      for (MapMeasure measure : some) {
        String name = measure.name();
        if (name == null || name.isBlank() || name.lines().count() != 1) {
          throw new IllegalArgumentException(
              "measures: found the name '" + name + "', expected one line of text");
        }
        if (measures.stream().anyMatch(other -> other.name().equals(name))) {
          throw new IllegalArgumentException(
              "measures: found two of the name '" + name + "', expected one");
        }
        measures.add(measure);
      }
      return this;
    }

    /**
     * Watches the maps of these layers only. Whether they exist is seen when training begins.
     *
     * @param some names of layers or vertices, "#" and the index of a layer, or what {@link
     *     org.iterativemaps.layers.MapPlace#address()} says
     */
    public Builder layers(String... some) {
      layers.addAll(List.of(some));
      return this;
    }

    /** Writes a new {@link MapCsv} file, over one that is there. */
    public Builder writing(Path csv) {
      file = csv;
      isContinued = false;
      return this;
    }

    /**
     * Goes on with a {@link MapCsv} file of a run that stopped, or starts one if there is none:
     * what it has of iterations that are now trained again, after the last checkpoint, goes.
     */
    public Builder continuing(Path csv) {
      file = csv;
      isContinued = true;
      return this;
    }

    /**
     * Makes the listener and starts its file.
     *
     * @throws UncheckedIOException if the file cannot be written, or is to be continued and is no
     *     {@link MapCsv} file; then it is as it was
     */
    public MapWatch build() {
      if (measures.isEmpty()) {
        measures.addAll(MapMeasures.standard());
      }
      List<MapSample> before = List.of();
      if (file != null) {
        try {
          before = isContinued && Files.exists(file) ? MapCsv.read(file) : List.of();
          MapCsv.start(file, before);
        } catch (IOException e) {
          throw new UncheckedIOException(
              "csv: cannot write "
                  + file
                  + " ("
                  + e
                  + "); expected a file in a folder that exists and can be written, or one that a"
                  + " MapWatch wrote before",
              e);
        }
      }
      return new MapWatch(this, before);
    }
  }

  /**
   * Takes the measures if it is time to.
   *
   * @throws IllegalArgumentException if the network has no map, or no layer of a name given
   */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (last < 0 || iteration % every == 0) { // a name that is wrong is told at once
      List<WatchedMap> maps = WatchedNetwork.of(model).maps(layers);
      if (iteration % every == 0 && iteration != last) {
        add(maps, iteration, epoch);
      }
    }
  }

  /**
   * Takes the measures now, such as those of the trained network in the end, unless they have been
   * taken after this iteration.
   *
   * @param network a MultiLayerNetwork or ComputationGraph, between calls of {@code fit}
   * @throws IllegalArgumentException as {@link #iterationDone}
   */
  public void record(Model network) {
    WatchedNetwork watched = WatchedNetwork.of(network);
    int iteration = Math.max(0, watched.iteration() - 1); // the one that is done
    List<WatchedMap> maps = watched.maps(layers);
    if (iteration != last) {
      add(maps, iteration, watched.epoch());
    }
  }

  private synchronized void add(List<WatchedMap> maps, int iteration, int epoch) {
    List<MapSample> added = new ArrayList<>();
    for (WatchedMap map : maps) {
      for (MapMeasure measure : measures) {
        for (Map.Entry<String, Double> found : measure.of(map).entrySet()) {
          added.add(
              new MapSample(
                  iteration, epoch, map.layer(), measure.name(), found.getKey(), found.getValue()));
        }
      }
    }
    boolean isAgain = last < 0 && isContinued && dropFrom(iteration);
    last = iteration;
    samples.addAll(added);
    if (isFileOpen) {
      write(isAgain, added);
    }
  }

  private boolean dropFrom(int iteration) {
    return samples.removeIf(sample -> sample.iteration() >= iteration);
  }

  /** A full disk is no reason to end a training. */
  private void write(boolean isWhole, List<MapSample> added) {
    try {
      if (isWhole) {
        MapCsv.start(file, samples);
      } else {
        MapCsv.append(file, added);
      }
    } catch (IOException e) {
      isFileOpen = false;
      LOG.warn(
          "{} cannot be written any more ({}); from iteration {} on samples are kept in memory alone",
          file,
          e.toString(),
          last);
    }
  }

  /** What was measured, in the order of time; read from the file, if one is continued. A copy. */
  public synchronized List<MapSample> samples() {
    return List.copyOf(samples);
  }

  /**
   * One measure of one part over the course of training.
   *
   * @param layer what finds the map: {@link org.iterativemaps.layers.MapPlace#address()}
   * @param measure {@link MapMeasure#name()}
   * @param part "" for the whole map
   * @throws IllegalArgumentException if there are no samples of it: the message says of what there
   *     are
   */
  public List<MapSample> series(String layer, String measure, String part) {
    List<MapSample> all = samples();
    List<MapSample> found =
        all.stream()
            .filter(s -> s.layer().equals(layer))
            .filter(s -> s.measure().equals(measure) && s.part().equals(part))
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "series: found no sample of layer '"
              + layer
              + "', measure '"
              + measure
              + "', part '"
              + part
              + "'; there are "
              + all.stream()
                  .map(s -> "'" + s.layer() + "', '" + s.measure() + "', '" + s.part() + "'")
                  .distinct()
                  .toList());
    }
    return found;
  }
}
