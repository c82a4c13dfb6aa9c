// Times the sparse linear kernels of SparseProp (Nikdan et al., ICML 2023) over the cells of KernelBenchmark and
// prints rows in the format of --json. Their source comes from a checkout beside this one; README.md has the commands.
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

// One square sparse block W[to, from] in CSR form and a batch, units by samples, as SparseProp wants them.
// The values are small integers: sums are exact in any order, and the check below can ask for equality.
struct Cell {
  int width, batch;
  vector<int> rows, columns;
  Floats weights, x, o, dO, dX, dW;

  Cell(int width, int batch, double density) : width(width), batch(batch), rows{0} {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> small(-3, 3);
    long cells = static_cast<long>(width) * width;
    long left = std::lrint(cells * density);
    // Selection sampling: the number of weights is exact, every cell has the same chance.
    for (int to = 0; to < width; to++) {
      for (int from = 0; from < width; from++, cells--) {
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
    size_t size = static_cast<size_t>(width) * batch;
    draw(weights, columns.size());
    draw(x, size);
    draw(dO, size);
    o.resize(size);
    dX.resize(size);
    dW.resize(columns.size());
  }

  // Both functions add to their outputs. Ours overwrites them, hence the zeros, inside the time.
  void forward() {
    std::fill(o.begin(), o.end(), 0.f);
    sparse_linear_vectorized_forward(batch, width, width, weights.size(), x.data(), rows.data(), columns.data(),
                                     weights.data(), o.data());
  }

  void training() {
    forward();
    std::fill(dX.begin(), dX.end(), 0.f);
    sparse_linear_vectorized_backward(batch, width, width, weights.size(), x.data(), rows.data(), columns.data(),
                                      weights.data(), dO.data(), dX.data(), dW.data());
  }

  void check() {
    training();
    training();  // outputs must not pile up
    size_t size = static_cast<size_t>(width) * batch;
    vector<int> expectedO(size), expectedX(size), expectedW(columns.size());
    for (int to = 0; to < width; to++) {
      for (int k = rows[to]; k < rows[to + 1]; k++) {
        int from = columns[k];
        for (int b = 0; b < batch; b++) {
          int source = from * batch + b, target = to * batch + b;
          expectedO[target] += static_cast<int>(weights[k] * x[source]);
          expectedX[source] += static_cast<int>(weights[k] * dO[target]);
          expectedW[k] += static_cast<int>(dO[target] * x[source]);
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
        std::fprintf(stderr, "width %d, batch %d: %s[%zu] is %g, a plain loop gives %d\n", width, batch, what, i,
                     found[i], expected[i]);
        std::exit(1);
      }
    }
  }
};

struct Times {
  double median, error;
};

// The median of single calls over at least a second and 30 calls, after a warm-up, and the half width of the 99.9 %
// confidence interval of their mean, both in microseconds.
template <typename Call>
Times measure(Call call) {
  using Clock = std::chrono::steady_clock;
  auto micros = [](Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::micro>(to - from).count();
  };
  auto begin = Clock::now();
  for (int i = 0; i < 3 || micros(begin, Clock::now()) < 3e5; i++) call();
  vector<double> times;
  begin = Clock::now();
  while (times.size() < 30 || micros(begin, Clock::now()) < 1e6) {
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

int main(int count, char** arguments) {
  vector<int> threads;
  for (int i = 1; i < count; i++) {
    threads.push_back(std::atoi(arguments[i]));
    if (threads.back() < 1) {
      std::fprintf(stderr, "usage: %s THREADS... > FILE, found \"%s\" for THREADS\n", arguments[0], arguments[i]);
      return 2;
    }
  }
  if (threads.empty()) threads = {1};
  const char* separator = "[ ";
  for (int n : threads) {
    omp_set_num_threads(n);
    for (int width : {200, 1000, 3000}) {
      for (int batch : {16, 32, 128}) {
        for (const char* density : {"0.01", "0.1", "0.5"}) {
          Cell cell(width, batch, std::atof(density));
          cell.check();
          auto print = [&](const char* what, Times times) {
            std::printf(
                "%s{\"benchmark\": \"KernelBenchmark\", \"case\": {\"width\": \"%d\", \"batch\": \"%d\", "
                "\"density\": \"%s\"}, \"subject\": \"SparseProp\", \"measure\": \"%s\", \"threads\": %d, "
                "\"median_us\": %.2f, \"error_us\": %.2f, \"alloc_bytes\": 0}",
                separator, width, batch, density, what, n, times.median, times.error);
            separator = ",\n  ";
          };
          print("forward", measure([&] { cell.forward(); }));
          print("training", measure([&] { cell.training(); }));
          std::fprintf(stderr, "%d threads, width %d, batch %d, density %s\n", n, width, batch, density);
        }
      }
    }
  }
  std::puts(" ]");
  return 0;
}
