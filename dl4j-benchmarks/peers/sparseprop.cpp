// Times the sparse linear kernels of SparseProp (Nikdan et al., ICML 2023) over the cells of KernelBenchmark and
// prints each row, in the format of --json, as soon as it has it. Their source comes from a checkout beside this one; README.md has the commands.
#include "sparseprop/lib/sparse_linear.cpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <vector>

using std::vector;

// Cache lines, as PyTorch aligns its tensors: vectors that straddle them would cost SparseProp time.
template <typename T>
struct Aligned {
  using value_type = T;
  static constexpr std::align_val_t LINE{64};
  Aligned() = default;
  template <typename U>
  Aligned(const Aligned<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), LINE)); }
  void deallocate(T* values, size_t) { ::operator delete(values, LINE); }
  bool operator==(const Aligned&) const { return true; }
  bool operator!=(const Aligned&) const { return false; }
};

using Floats = vector<float, Aligned<float>>;

// One sparse block W[to, from] in CSR form and a batch, units by samples, as SparseProp wants them.
// The values are small integers: sums are exact in any order, and the check below can ask for equality.
struct Cell {
  int source, target, batch;
  vector<int> rows, columns;
  Floats weights, x, o, dO, dX, dW;

  Cell(int source, int target, int batch, double density)
      : source(source), target(target), batch(batch), rows{0} {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> small(-3, 3);
    long cells = static_cast<long>(source) * target;
    long left = std::lrint(cells * density);
    // Selection sampling: the number of weights is exact, every cell has the same chance.
    for (int to = 0; to < target; to++) {
      for (int from = 0; from < source; from++, cells--) {
        if (std::uniform_int_distribution<long>(0, cells - 1)(random) < left) {
          columns.push_back(from);
          left--;
        }
      }
      rows.push_back(columns.size());
    }
    auto draw = [&](Floats& values, size_t size) {
      values.resize(size);
      for (float& value : values) value = small(random);
    };
    size_t in = static_cast<size_t>(source) * batch, out = static_cast<size_t>(target) * batch;
    draw(weights, columns.size());
    draw(x, in);
    draw(dO, out);
    o.resize(out);
    dX.resize(in);
    dW.resize(columns.size());
  }

  // Both functions add to their outputs. Ours overwrites them, hence the zeros, inside the time.
  void forward() {
    std::fill(o.begin(), o.end(), 0.f);
    sparse_linear_vectorized_forward(batch, source, target, weights.size(), x.data(), rows.data(), columns.data(),
                                     weights.data(), o.data());
  }

  void training() {
    forward();
    std::fill(dX.begin(), dX.end(), 0.f);
    sparse_linear_vectorized_backward(batch, source, target, weights.size(), x.data(), rows.data(), columns.data(),
                                      weights.data(), dO.data(), dX.data(), dW.data());
  }

  void check() {
    training();
    training();  // outputs must not pile up
    vector<int> expectedO(o.size()), expectedX(x.size()), expectedW(columns.size());
    for (int to = 0; to < target; to++) {
      for (int k = rows[to]; k < rows[to + 1]; k++) {
        int from = columns[k];
        for (int b = 0; b < batch; b++) {
          int in = from * batch + b, out = to * batch + b;
          expectedO[out] += static_cast<int>(weights[k] * x[in]);
          expectedX[in] += static_cast<int>(weights[k] * dO[out]);
          expectedW[k] += static_cast<int>(dO[out] * x[in]);
        }
      }
    }
    same("output", o, expectedO);
    same("input gradient", dX, expectedX);
    same("weight gradient", dW, expectedW);
  }

  void same(const char* what, const Floats& found, const vector<int>& expected) {
    for (size_t i = 0; i < expected.size(); i++) {
      // As integers: -ffast-math may take a comparison with NaN for equal.
      if (static_cast<int>(found[i]) != expected[i]) {
        std::fprintf(stderr, "WRONG RESULT %d-%d, batch %d: %s[%zu] is %g, a plain loop gives %d\n", source,
                     target, batch, what, i, found[i], expected[i]);
        std::exit(1);
      }
    }
  }
};

struct Times {
  double median, error;
};

// The median of single calls over at least so many seconds and 30 calls, after a warm-up, and the half width of the
// 99.9 % confidence interval of their mean, both in microseconds.
template <typename Call>
Times measure(double seconds, Call call) {
  using Clock = std::chrono::steady_clock;
  auto micros = [](Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::micro>(to - from).count();
  };
  auto begin = Clock::now();
  for (int i = 0; i < 3 || micros(begin, Clock::now()) < 3e5 * seconds; i++) call();
  vector<double> times;
  begin = Clock::now();
  while (times.size() < 30 || micros(begin, Clock::now()) < 1e6 * seconds) {
    auto start = Clock::now();
    call();
    times.push_back(micros(start, Clock::now()));
  }
  size_t n = times.size();
  double mean = 0, squares = 0;
  for (double time : times) mean += time / n;
  for (double time : times) squares += (time - mean) * (time - mean);
  std::sort(times.begin(), times.end());
  return {(times[(n - 1) / 2] + times[n / 2]) / 2, 3.29 * std::sqrt(squares / (n - 1) / n)};
}

// WIDTH/BATCH/DENSITY, where WIDTH is that of a square block or SOURCE-TARGET.
bool run(int threads, double seconds, const char* name) {
  char width[24], density[24];
  int source, target, batch;
  if (std::sscanf(name, "%23[0-9-]/%d/%23[0-9.]", width, &batch, density) != 3) return false;
  int sizes = std::sscanf(width, "%d-%d", &source, &target);
  if (sizes == 1) target = source;
  if (sizes < 1 || source < 1 || target < 1 || batch < 1) return false;
  Cell cell(source, target, batch, std::atof(density));
  cell.check();
  auto print = [&](const char* measure, Times times) {
    std::printf(
        "{\"benchmark\": \"KernelBenchmark\", \"case\": {\"width\": \"%s\", \"batch\": \"%d\", "
        "\"density\": \"%s\"}, \"subject\": \"SparseProp\", \"measure\": \"%s\", \"threads\": %d, "
        "\"median_us\": %.2f, \"error_us\": %.2f, \"alloc_bytes\": 0}\n",
        width, batch, density, measure, threads, times.median, times.error);
    std::fflush(stdout);
  };
  print("forward", measure(seconds, [&] { cell.forward(); }));
  print("training", measure(seconds, [&] { cell.training(); }));
  std::fprintf(stderr, "SparseProp, %d threads: %s\n", threads, name);
  return true;
}

int main(int count, char** arguments) {
  int threads = count > 1 ? std::atoi(arguments[1]) : 0;
  double seconds = count > 2 ? std::atof(arguments[2]) : 0;
  if (threads < 1 || !(seconds > 0) || count < 4) {
    std::fprintf(stderr, "usage: %s THREADS SECONDS WIDTH/BATCH/DENSITY... > FILE, such as 2 1 1000/128/0.1\n",
                 arguments[0]);
    return 2;
  }
  omp_set_num_threads(threads);
  for (int i = 3; i < count; i++) {
    if (!run(threads, seconds, arguments[i])) {
      std::fprintf(stderr, "found \"%s\", expected WIDTH/BATCH/DENSITY, such as 1000/128/0.1 or 384-1536/2048/0.1\n",
                   arguments[i]);
      return 2;
    }
  }
  return 0;
}
