package org.iterativemaps.examples.notebook;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a run of a notebook left behind.
 *
 * @param <R> what the notebook returns
 * @param result its numbers; null when it failed, or when only help was asked for
 * @param exitCode 0 when all went well, 1 when something failed, 2 when the command line was wrong
 * @param page the HTML file; null when none was written
 * @param picture the first picture's PNG file; null when there is none
 * @param elapsed wall time of the run
 */
public record Outcome<R>(R result, int exitCode, Path page, Path picture, Duration elapsed) {}
