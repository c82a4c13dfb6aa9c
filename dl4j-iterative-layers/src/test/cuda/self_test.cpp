// Random sweeps and sums through the emulated driver, compared with plain loops; for work on the kernels without Java.
//
//   g++ -std=c++17 -O2 -I src/test/cuda -o FILE src/test/cuda/self_test.cpp && FILE [COUNT]
#include "driver.cpp"

using namespace floats;

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <random>

namespace {

std::mt19937 engine;

int between(int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(engine);
}

float number() {
  return std::normal_distribution<float>()(engine);
}

void check(int result, const char* what) {
  if (result) {
    const char* name = "?";
    cuGetErrorName(result, &name);
    printf("%s: %s\n", what, name);
    exit(1);
  }
}

// An array on both sides.
template <class T>
struct Device {
  std::vector<T> host;
  T* pointer = nullptr;

  explicit Device(std::vector<T> values) : host(std::move(values)) {
    check(cuMemAlloc_v2((void**)&pointer, sizeof(T) * std::max<size_t>(host.size(), 1)), "allocation");
    check(cuMemcpyHtoD_v2(pointer, host.data(), sizeof(T) * host.size()), "upload");
  }
  Device(const Device&) = delete;
  ~Device() { cuMemFree_v2(pointer); }

  std::vector<T> download() const {
    std::vector<T> values(host.size());
    check(cuMemcpyDtoH_v2(values.data(), pointer, sizeof(T) * host.size()), "download");
    return values;
  }
};

std::vector<float> numbers(size_t count) {
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), number);
  return values;
}

template <class... A>
void run(const char* name, void* module, unsigned x, unsigned y, unsigned threads, unsigned sharedBytes,
         bool isCooperative, A... arguments) {
  void* function;
  check(cuModuleGetFunction(&function, module, name), name);
  void* parameters[] = {&arguments...};
  check(isCooperative ? cuLaunchCooperativeKernel(function, x, y, 1, threads, 1, 1, sharedBytes, nullptr, parameters)
                      : cuLaunchKernel(function, x, y, 1, threads, 1, 1, sharedBytes, nullptr, parameters, nullptr),
        name);
}

void compare(const char* what, int round, const std::vector<double>& expected, const std::vector<float>& found) {
  for (size_t i = 0; i < expected.size(); i++) {
    const bool isNear = fabs(expected[i] - found[i]) <= 2e-5 * (1 + fabs(expected[i]));
    if (!isNear && !(std::isnan(expected[i]) && std::isnan(found[i]))) {
      printf("round %d, %s: place %zu has %g instead of %g\n", round, what, i, found[i], expected[i]);
      exit(1);
    }
  }
}

// Some of the kinds; the Java side tests them all.
const int KINDS[] = {NONE, IDENTITY, TANH, SIGMOID, RELU, LEAKY_RELU, ELU, SELU, HARD_TANH, HARD_SIGMOID, SOFTSIGN,
                     SOFTPLUS};

double activation(const Activation& of, double z) {
  const double lambda = 1.0507009873554805, seluAlpha = 1.6732632423543772;
  switch (of.kind) {
    case TANH: return tanh(z);
    case SIGMOID: return 1 / (1 + exp(-z));
    case RELU: return fmax(z, 0);
    case LEAKY_RELU: return z < 0 ? of.alpha * z : z;
    case ELU: return z < 0 ? of.alpha * expm1(z) : z;
    case SELU: return lambda * (z < 0 ? seluAlpha * expm1(z) : z);
    case HARD_TANH: return fmin(fmax(z, -1), 1);
    case HARD_SIGMOID: return fmin(fmax(0.2 * z + 0.5, 0), 1);
    case SOFTSIGN: return z / (1 + fabs(z));
    case SOFTPLUS: return log1p(exp(of.alpha * z)) / of.alpha;
    default: return z;
  }
}

bool isFromPreActivation(const Activation& of) {
  return of.kind == HARD_TANH || of.kind == HARD_SIGMOID;
}

// At z, by differences: independent of what the kernels compute it from.
double slope(const Activation& of, double z) {
  const double h = 1e-5;
  return (activation(of, z + h) - activation(of, z - h)) / (2 * h);
}

// Sparse weights by target unit, entries (source, weight) ascending.
struct Sparse {
  int targets, sources;
  std::vector<std::vector<std::pair<int, float>>> rows;

  Sparse(int targets, int sources) : targets(targets), sources(sources), rows(targets) {
    const int density = between(0, 100);
    for (auto& row : rows) {
      for (int source = 0; source < sources; source++) {
        if (between(0, 99) < density) {
          row.push_back({source, number() / sqrtf(sources)});
        }
      }
    }
  }
};

// Its arrays on the device, cut into panels.
struct OnDevice {
  std::unique_ptr<Device<int>> starts, sources;
  std::unique_ptr<Device<float>> weights;
  Matrix matrix;

  OnDevice(const Sparse& sparse, int panel) {
    const int panels = (sparse.sources + panel - 1) / panel;
    std::vector<int> s, at((panels + 1) * sparse.targets);
    std::vector<float> w;
    for (int unit = 0; unit < sparse.targets; unit++) {
      const auto& row = sparse.rows[unit];
      for (int p = 0; p <= panels; p++) {
        at[p * sparse.targets + unit] = s.size() + std::count_if(row.begin(), row.end(), [=](auto& entry) {
          return entry.first < p * panel;
        });
      }
      for (const auto& [source, weight] : row) {
        s.push_back(source);
        w.push_back(weight);
      }
    }
    starts.reset(new Device<int>(at));
    sources.reset(new Device<int>(s));
    weights.reset(new Device<float>(w));
    matrix = {starts->pointer, sources->pointer, weights->pointer};
  }
};

// A product of an update.
struct Read {
  int matrix, source, units, shift, isMasked;
};

// Rows of a slot.
struct Rows {
  int first, units;
};

// One sweep. Updates read given rows, what earlier updates wrote and what was written in the record before.
void testSweep(int round, void* module) {
  const int lanes = 4 << between(0, 3), tiles = between(1, 3), stride = lanes * tiles, time = between(1, 5);
  const bool isBack = between(0, 1), isParallel = between(0, 3) == 0, isMasked = between(0, 1);
  int rows = 0;
  const auto make = [&](int units) {
    rows += units;
    return Rows{rows - units, units};
  };
  std::vector<Rows> given, written;
  for (int i = between(1, 3); i > 0; i--) {
    given.push_back(make(between(1, 40)));
  }
  std::vector<Update> updates;
  std::vector<Read> reads;  // of updates, in their order
  std::vector<int> readCounts;
  std::vector<Factors> terms;
  std::vector<Sparse> matrices;
  const int count = between(1, 4);
  std::vector<Rows> targets;
  for (int u = 0; u < count; u++) {
    targets.push_back(make(between(1, 40)));
  }
  // Rows that no update writes, for what is read unit by unit.
  std::vector<int> others;
  const auto other = [&](int units) {
    const Rows one = make(units);
    for (int k = 0; k < units; k++) {
      others.push_back(one.first + k);
    }
    return one;
  };
  for (int u = 0; u < count; u++) {
    const Rows target = targets[u], start = make(target.units), kept = make(target.units);
    const int kind = KINDS[between(0, std::size(KINDS) - 1)];
    const bool isKept = isBack || (kind != NONE && between(0, 1));
    const int from[] = {NO_START, BIAS, start.first, start.first};
    Update update = {};
    update.activation = {0.1 + fabs(number()), 0, 0, kind, 0};
    update.target = target.first;
    update.units = target.units;
    update.combination = between(0, 4);
    update.activated = update.combination == REPLACE ? target.first : make(target.units).first;
    update.scale = number();
    update.start = from[between(0, 3)];
    update.bias = between(0, 3);
    update.kept = isKept ? kept.first : -1;
    update.normalised = -1;
    update.old = {other(target.units).first, 0};
    update.keep = {other(target.units).first, 0};
    update.write = {between(0, 3) ? other(target.units).first : NO_ROW, 0};
    update.firstTerm = terms.size();
    update.terms = between(0, 2);
    for (int k = 0; k < update.terms; k++) {
      const Place by = between(0, 1) ? Place{other(target.units).first, 0} : Place{NO_ROW, 0};
      const double factors[] = {1, -1, number()};
      terms.push_back({factors[between(0, 2)],
                       {isParallel ? start.first : target.first, isParallel ? 0 : isBack ? 1 : -1},
                       by,
                       between(0, 1),
                       0});
    }
    updates.push_back(update);
    readCounts.push_back(between(0, 3));
    for (int r = 0; r < readCounts[u]; r++) {
      const bool isBehind = !isParallel && between(0, 1);
      const std::vector<Rows>& those = isBehind ? targets : isParallel || written.empty() || between(0, 1) ? given
                                                                                                            : written;
      const Rows source = those[between(0, those.size() - 1)];
      const int shift = isBehind ? isBack ? 1 : -1 : 0;
      reads.push_back({(int)matrices.size(), source.first, source.units, shift, between(0, 1)});
      matrices.emplace_back(target.units, source.units);
    }
    written.push_back(target);
  }
  const size_t record = (size_t)rows * stride, length = (time + 1) * record;
  Device<float> sums(numbers(length)), biases(numbers(64));
  std::vector<float> maskValues(time * stride);
  std::generate(maskValues.begin(), maskValues.end(), [] { return (float)between(0, 1); });
  Device<float> mask(maskValues);
  // On the way back the derivative is that at z, of which the record has A(z) where that is what it is computed from.
  std::vector<double> z(length);
  std::vector<float> a(length, NAN);
  for (size_t i = 0; i < length; i++) {
    z[i] = number();
    if (fabs(fabs(z[i]) - 1) < 1e-3 || fabs(fabs(z[i]) - 2.5) < 1e-3 || fabs(z[i]) < 1e-3) {
      z[i] = 0.7;  // not at a corner
    }
  }
  for (const Update& update : updates) {
    for (int k = 0; isBack && k < update.units * stride; k++) {
      for (int t = 0; t <= time; t++) {
        const size_t i = t * record + update.kept * stride + k;
        a[i] = isFromPreActivation(update.activation) ? z[i] : activation(update.activation, z[i]);
      }
    }
  }
  for (int row : others) {
    for (int k = 0; isBack && k < stride; k++) {
      for (int t = 0; t <= time; t++) {
        a[t * record + row * stride + k] = number();
      }
    }
  }
  Device<float> values(a);
  const int begin = isBack ? time - 1 : 0, timeSteps = time + (isBack && (isParallel || between(0, 1)));

  std::vector<double> expected(sums.host.begin(), sums.host.end());
  for (int i = 0; i < timeSteps; i++) {
    const int t = isBack ? begin - i : begin + i;
    double* now = expected.data() + (t + 1) * record;
    int firstRead = 0;
    for (size_t u = 0; u < updates.size(); firstRead += readCounts[u++]) {
      const Update& update = updates[u];
      for (int k = 0; k < update.units * stride; k++) {
        const int unit = k / stride, sample = k % stride;
        const double m = isMasked && t >= 0 ? maskValues[t * stride + sample] : 1;
        double sum = update.start == NO_START ? 0
                     : update.start == BIAS   ? biases.host[update.bias + unit]
                                              : now[update.start * stride + k];
        for (int r = firstRead; r < firstRead + readCounts[u]; r++) {
          const Read& read = reads[r];
          if (t + read.shift < time) {
            for (const auto& [source, weight] : matrices[read.matrix].rows[unit]) {
              const size_t from = (size_t)(read.source + source) * stride + sample;
              sum += weight * now[read.shift * (long)record + (long)from] * (read.isMasked ? m : 1);
            }
          }
        }
        const auto value = [&](Place p) {
          const size_t at = (size_t)p.row * stride + k;
          return p.row == NO_ROW ? 0 : isBack ? values.host[(t + 1) * record + at] : now[at];
        };
        for (int i = update.firstTerm; i < update.firstTerm + update.terms; i++) {
          const Factors& term = terms[i];
          if (t + term.row.shift < time) {
            sum += now[term.row.shift * (long)record + (long)(term.row.row * stride + k)] *
                   (term.by.row == NO_ROW ? 1 : value(term.by)) * term.factor *
                   (term.isMasked ? m : 1);
          }
        }
        const double old = value(update.old), keep = value(update.keep), write = value(update.write);
        if (isBack) {
          now[update.target * stride + k] = sum;
          sum *= update.combination == REPLACE    ? 1
                 : update.combination == RESIDUAL ? update.scale
                 : update.combination == LEAKY    ? update.scale
                 : update.combination == GATED    ? 1 - keep
                                                  : write;
          if (update.activation.kind != NONE) {
            sum *= slope(update.activation, z[(t + 1) * record + update.kept * stride + k]);
          }
          now[update.activated * stride + k] = sum;
          continue;
        }
        if (update.kept >= 0) {
          now[update.kept * stride + k] = sum;
        }
        const double active = activation(update.activation, sum);
        now[update.activated * stride + k] = active;
        if (update.combination != REPLACE) {
          now[update.target * stride + k] = update.combination == RESIDUAL ? old + update.scale * active
                                            : update.combination == LEAKY
                                                ? (1 - update.scale) * old + update.scale * active
                                            : update.combination == GATED  ? keep * old + (1 - keep) * active
                                                                           : keep * old + write * active;
        }
      }
    }
  }

  const int panel = between(1, 128 / lanes);
  std::vector<std::unique_ptr<OnDevice>> held;
  std::vector<Matrix> table;
  for (const Sparse& sparse : matrices) {
    held.emplace_back(new OnDevice(sparse, panel));
    table.push_back(held.back()->matrix);
  }
  Device<Update> updateTable(updates);
  // One phase for each, or one for all where none reads another; then all that reads the same rows shares a source.
  std::vector<Phase> phases;
  std::vector<Source> sources;
  std::vector<Use> uses;
  for (int u = 0, read = 0; u < count; u++) {
    if (u == 0 || !isParallel) {
      phases.push_back({u, 0, (int)sources.size(), 0});
    }
    phases.back().updates++;
    for (int r = 0; r < readCounts[u]; r++, read++) {
      sources.push_back({reads[read].source, reads[read].units, reads[read].shift, (int)uses.size(), 1});
      phases.back().sources++;
      uses.push_back({u, reads[read].matrix, reads[read].isMasked});
    }
  }
  if (isParallel) {
    std::map<std::pair<int, int>, std::vector<Use>> shared;
    for (const Source& source : sources) {
      shared[{source.row, source.units}].push_back(uses[source.firstUse]);
    }
    sources.clear();
    uses.clear();
    for (const auto& [rows, those] : shared) {
      sources.push_back({rows.first, rows.second, 0, (int)uses.size(), (int)those.size()});
      uses.insert(uses.end(), those.begin(), those.end());
    }
    phases[0].sources = sources.size();
  }
  Device<Phase> phaseTable(phases);
  Device<Source> sourceTable(sources);
  Device<Use> useTable(uses);
  Device<Factors> termTable(terms);
  Device<Matrix> matrixTable(table);
  Device<unsigned> arrivals(std::vector<unsigned>(tiles, 0));
  const int parts = between(1, 32 / tiles), stepsOfOne = isParallel ? between(1, timeSteps) : timeSteps;
  Sweep s = {phaseTable.pointer, sourceTable.pointer, useTable.pointer, updateTable.pointer, termTable.pointer,
             matrixTable.pointer, (int)phases.size(), panel, biases.pointer, sums.pointer,
             isBack ? values.pointer : nullptr, isMasked ? mask.pointer : nullptr, rows, stride, time, begin,
             isBack ? -1 : 1, stepsOfOne, parts, isParallel ? nullptr : arrivals.pointer};
  run(("sweep" + std::to_string(lanes)).c_str(), module, tiles * parts, (timeSteps + stepsOfOne - 1) / stepsOfOne,
      32 * between(1, 4), panel * 4 * lanes, !isParallel && parts > 1, s);
  compare(isBack ? "sweep back" : "sweep", round, expected, sums.download());
}

// All other kernels, with records of three slots: terms pair the first with the second, and sums go to the third.
void testSums(int round, void* module) {
  const int units = between(1, 20), sources = between(1, 70), rows = 2 * units + 2 * sources;
  const int stride = 4 * between(1, 40), time = between(1, 5), first = between(-1, time - 1);
  const int batch = between(1, stride), threads = 32 * between(1, 8);
  const size_t record = (size_t)rows * stride;
  Device<float> gradients(numbers((time + 1) * record)), values(numbers((time + 1) * record));
  std::vector<Term> terms = {{0, 2 * units, 0}, {units, 2 * units + sources, 0}};
  if (first >= 0) {
    terms.push_back({units, 2 * units, -1});
  }
  terms.resize(between(1, terms.size()));
  Device<Term> termTable(terms);
  const Samples s = {termTable.pointer, (int)terms.size(), gradients.pointer, values.pointer,
                     rows, stride, first, time, 0};

  std::vector<Term> unitTerms = terms;
  for (Term& term : unitTerms) {
    term.value = between(0, 1) ? NO_ROW : units * between(0, 1);
    term.shift = 0;
  }
  Device<Term> unitTable(unitTerms);
  Samples ofUnits = s;
  ofUnits.terms = unitTable.pointer;

  const Sparse sparse(units, sources);
  const OnDevice block(sparse, sources);
  std::vector<int> chunks;
  std::vector<double> weightGradients, biasGradients;
  for (int unit = 0; unit < units; unit++) {
    const int begin = weightGradients.size(), end = begin + sparse.rows[unit].size();
    for (int e = begin; e < end; e += 32) {
      chunks.insert(chunks.end(), {unit, e, min(e + 32, end)});
    }
    double bias = 0;
    std::vector<double> sums(sparse.rows[unit].size());
    for (int t = first; t < time; t++) {
      for (const Term& term : terms) {
        for (int k = 0; k < stride; k++) {
          const double g = gradients.host[(t + 1) * record + (term.gradient + unit) * stride + k];
          const Term& ofUnit = unitTerms[&term - terms.data()];
          bias += ofUnit.value == NO_ROW ? g : g * values.host[(t + 1) * record + (ofUnit.value + unit) * stride + k];
          for (size_t e = 0; e < sums.size(); e++) {
            const int row = term.value + sparse.rows[unit][e].first;
            sums[e] += g * values.host[(t + 1 + term.shift) * record + row * stride + k];
          }
        }
      }
    }
    weightGradients.insert(weightGradients.end(), sums.begin(), sums.end());
    biasGradients.push_back(bias);
  }
  Device<int> chunkTable(chunks);
  const int chunkCount = chunks.size() / 3, warps = threads / 32;
  Device<float> result(std::vector<float>(weightGradients.size())), biasResult(std::vector<float>(units, 0));
  const int* sourceTable = block.matrix.sources;
  if (chunkCount > 0) {
    run("outer", module, between(1, (chunkCount + warps - 1) / warps), 1, threads, 0, false, s, chunkTable.pointer,
        chunkCount, sourceTable, result.pointer);
  }
  compare("outer", round, weightGradients, result.download());
  run("ofUnits", module, between(1, (units + warps - 1) / warps), 1, threads, 0, false, ofUnits, units, biasResult.pointer);
  compare("ofUnits", round, biasGradients, biasResult.download());

  std::vector<int> order(result.host.size());
  for (size_t i = 0; i < order.size(); i++) {
    std::swap(order[i] = i, order[between(0, i)]);
  }
  if (!order.empty()) {
    Device<int> entries(order);
    Device<float> permuted(std::vector<float>(order.size(), 0));
    run("permute", module, between(1, 3), 1, threads, 0, false, block.matrix.weights, entries.pointer,
        (int)order.size(), permuted.pointer);
    std::vector<double> expected;
    for (int entry : order) {
      expected.push_back(block.weights->host[entry]);
    }
    compare("permute", round, expected, permuted.download());
  }

  std::vector<double> expected(gradients.host.begin(), gradients.host.end());
  const int target = units * between(0, 1);
  for (int t = first; t < time; t++) {
    for (int k = 0; k < units * stride; k++) {
      double sum = 0;
      for (const Term& term : terms) {
        sum += gradients.host[(t + 1) * record + term.gradient * stride + k];
      }
      expected[(t + 1) * record + target * stride + k] = sum;
    }
  }
  run("addRows", module, between(1, 3), 1, threads, 0, false, s, target, units, gradients.pointer);
  compare("addRows", round, expected, gradients.download());

  const bool isInto = between(0, 1), isMasked = !isInto && between(0, 1);
  const int firstRecord = between(0, time), count = between(1, time + 1 - firstRecord), row = between(0, sources);
  Device<float> array(numbers((size_t)count * units * batch)), mask(numbers((size_t)count * stride));
  std::vector<double> inRecords(values.host.begin(), values.host.end());
  std::vector<double> inArray(array.host.begin(), array.host.end());
  for (int t = 0; t < count; t++) {
    for (int k = 0; k < units * stride; k++) {
      const int sample = k % stride;
      double& one = inRecords[(firstRecord + t) * record + row * stride + k];
      if (sample >= batch) {
        one = isInto ? 0 : one;
        continue;
      }
      double& other = inArray[(size_t)(t * units + k / stride) * batch + sample];
      isInto ? one = other : other = one * (isMasked ? mask.host[t * stride + sample] : 1);
    }
  }
  run("copyRows", module, between(1, 3), 1, threads, 0, false, values.pointer, rows, stride, row, array.pointer, units,
      batch, firstRecord, count, (int)isInto, isMasked ? mask.pointer : nullptr);
  compare("copyRows, records", round, inRecords, values.download());
  compare("copyRows, array", round, inArray, array.download());
}

}  // namespace

int main(int count, char** arguments) {
  void* context;
  check(cuInit(0), "cuInit");
  check(cuDevicePrimaryCtxRetain(&context, 0), "cuDevicePrimaryCtxRetain");
  check(cuCtxSetCurrent(context), "cuCtxSetCurrent");
  void* module;
  std::string ptx = ".version 7.0\n";
  for (const Kernel& kernel : kernels[0]) {
    ptx += std::string(".entry ") + kernel.name + "(\n";
  }
  check(cuModuleLoadDataEx(&module, ptx.c_str(), 0, nullptr, nullptr), "cuModuleLoadDataEx");
  const int rounds = count > 1 ? atoi(arguments[1]) : 300;
  for (int round = 0; round < rounds; round++) {
    engine.seed(round);
    testSweep(round, module);
    testSums(round, module);
  }
  printf("%d rounds, %ld launches, %ld allocations left\n", rounds, emulated("launches"), emulated("allocations"));
  return emulated("allocations") != 0;
}
