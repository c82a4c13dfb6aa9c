package org.iterativemaps.examples.notebook;

/** How a notebook's run stands, and what its page says about it at the top. */
enum PageStatus {
  RUNNING("Still running when this page was written."),
  DONE(""),
  FAILED("Something failed in this run; see below."),
  INTERRUPTED("Interrupted: this page shows what was done so far.");

  final String notice;

  PageStatus(String notice) {
    this.notice = notice;
  }
}
