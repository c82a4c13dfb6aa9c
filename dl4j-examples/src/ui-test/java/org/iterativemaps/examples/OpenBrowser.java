package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A browser without a window that stays open: pages of a server are opened, asked and pressed, in
 * the Chrome DevTools protocol.
 */
final class OpenBrowser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ObjectMapper json = new ObjectMapper();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final Path profile;
  private final Process process;
  private final WebSocket socket;

  /** Starts it; its files are left in the folder. */
  OpenBrowser(Browser browser, Path folder, int width, int height) throws Exception {
    profile = folder.resolve("profile");
    process =
        new ProcessBuilder(
                browser.program(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server",
                "--hide-scrollbars",
                "--remote-allow-origins=*",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--window-size=" + width + "," + height,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("browser.log").toFile())
            .start();
    boolean isOpen = false;
    try {
      HttpClient client = HttpClient.newHttpClient();
      socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create(page(client)), new Listener())
              .get(60, TimeUnit.SECONDS);
      for (String domain : List.of("Page", "Runtime", "Log")) {
        call(domain + ".enable", Map.of());
      }
      isOpen = true;
    } finally {
      if (!isOpen) {
        end();
      }
    }
  }

  /** The address of the one page's socket. */
  private String page(HttpClient client) throws Exception {
    Path port = profile.resolve("DevToolsActivePort");
    await("the browser's port", () -> Files.exists(port) && !Files.readAllLines(port).isEmpty());
    URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
    List<String> found = new ArrayList<>();
    await(
        "a page",
        () -> {
          String said =
              client
                  .send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                  .body();
          for (JsonNode target : json.readTree(said)) {
            if (target.path("type").asText().equals("page")) {
              found.add(target.path("webSocketDebuggerUrl").asText());
            }
          }
          return !found.isEmpty();
        });
    return found.get(0);
  }

  /** Something that comes true sooner or later. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Waits for it. */
  static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "waited in vain for " + what);
      Thread.sleep(50);
    }
  }

  /** Puts the pieces of messages together. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        take(message);
      }
      from.request(1);
      return null;
    }
  }

  private void take(String message) {
    try {
      JsonNode said = json.readTree(message);
      if (said.has("id")) {
        answers.remove(said.get("id").asInt()).complete(said);
        return;
      }
      JsonNode what = said.path("params");
      switch (said.path("method").asText()) {
        case "Runtime.exceptionThrown" -> errors.add(thrown(what.path("exceptionDetails")));
        case "Runtime.consoleAPICalled" -> {
          if (List.of("error", "assert").contains(what.path("type").asText())) {
            errors.add(what.path("args").toString());
          }
        }
        case "Log.entryAdded" -> {
          if (what.path("entry").path("level").asText().equals("error")) {
            errors.add(
                what.path("entry").path("text").asText()
                    + " "
                    + what.path("entry").path("url").asText());
          }
        }
        default -> {}
      }
    } catch (IOException e) {
      errors.add(e.toString());
    }
  }

  private static String thrown(JsonNode details) {
    String text = details.path("exception").path("description").asText();
    return text.isEmpty() ? details.toString() : text.lines().findFirst().orElse("");
  }

  private JsonNode call(String method, Map<String, Object> parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    String request =
        json.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
    socket.sendText(request, true).get(60, TimeUnit.SECONDS);
    JsonNode said = answer.get(60, TimeUnit.SECONDS);
    assertTrue(said.has("result"), () -> method + ": " + said);
    return said.get("result");
  }

  /** Opens a page, and waits until it has loaded. */
  void open(String address) throws Exception {
    call("Page.navigate", Map.of("url", address));
    await(
        address, () -> is("location.href !== 'about:blank' && document.readyState === 'complete'"));
  }

  /** The value of an expression in the page, as text. */
  String ask(String expression) throws Exception {
    JsonNode result =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    assertTrue(!result.has("exceptionDetails"), () -> expression + ": " + result);
    return result.path("result").path("value").asText();
  }

  /** Whether an expression is true in the page. */
  boolean is(String expression) throws Exception {
    return ask("!!(" + expression + ")").equals("true");
  }

  /** Waits until an expression is true in the page. */
  void awaitTrue(String expression) throws Exception {
    await(expression + "; the console has " + errors, () -> is(expression));
  }

  /** Errors of scripts, of the console and of loading, since the last call. */
  List<String> errors() {
    List<String> found = List.copyOf(errors);
    errors.clear();
    return found;
  }

  /** The top of the page as a PNG file, at 0.7 of its size. */
  void picture(Path file, int width, int height) throws Exception {
    Map<String, Object> clip =
        Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 0.7);
    String data =
        call(
                "Page.captureScreenshot",
                Map.of("format", "png", "clip", clip, "captureBeyondViewport", true))
            .path("data")
            .asText();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  private void end() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    end();
    for (String link : List.of("SingletonSocket", "SingletonLock", "SingletonCookie")) {
      Files.deleteIfExists(profile.resolve(link)); // lead out of the folder
    }
  }
}
