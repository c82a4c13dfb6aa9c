#!/usr/bin/env bash
# Packs what session.sh needs on a machine with a GPU, where nothing can be built or downloaded:
#
#     dl4j-benchmarks/gpu/package.sh [--folder-alone]
#
# makes dl4j-benchmarks/target/gpu-session and, unless only the folder is wanted, gpu-session.tar.xz beside it (some
# minutes: ND4J's library alone is 320 MB). Jars for this machine's platform.
set -euo pipefail
cd "$(dirname "$0")/../.."

benchmarks=dl4j-benchmarks
target=$benchmarks/target
package=$target/gpu-session

# Of the class path: natives that read images and files of Keras, tools of tests and compilers.
needless='/(opencv|ffmpeg|leptonica|hdf5|javacv|fastutil|archunit|jmh-generator)[^/]*\.jar$'
# The console has JUnit in it.
in_console='/(junit-|opentest4j|apiguardian|jspecify)[^/]*\.jar$'

# "jars" prints each module's class path, behind a word that no other line begins with.
build() {
  mvn -q -B -ntp -DskipTests -pl dl4j-examples,dl4j-benchmarks -am package exec:exec \
    -Dexec.executable=echo -Dexec.args='CLASSPATH %classpath' -Dexec.classpathScope=test
}

# The jars' contents are compressed once, by xz, which halves them.
stored() {
  local unpacked
  unpacked=$(mktemp -d)
  (cd "$unpacked" && jar --extract --file "$1")
  jar --create --no-compress --no-manifest --file "$2" -C "$unpacked" .
  rm -r "$unpacked"
}

rm -rf "$package"
mkdir -p "$package/lib" "$package/test" "$package/golden" "$package/peers"

build | sed -n 's/.*CLASSPATH //p' | tr ':' '\n' | grep '\.jar$' | sort -u \
  | grep -Ev "$needless|$in_console" | while read -r jar; do
  case $jar in
    *linux-x86_64.jar | *linux-arm64.jar | *nd4j-api*) stored "$jar" "$package/lib/$(basename "$jar")" ;;
    *) cp "$jar" "$package/lib/" ;;
  esac
done
for module in dl4j-examples dl4j-benchmarks; do
  cp "$module/target/$module"-[0-9]*.jar "$package/lib/"
done
jar --create --file "$package/test/library-tests.jar" -C dl4j-iterative-layers/target/test-classes .
mvn -q -B -ntp -N org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
  -Dartifact=org.junit.platform:junit-platform-console-standalone:"$(sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' pom.xml)" \
  -DoutputDirectory="$PWD/$package/test"
cp dl4j-examples/src/test/resources/golden/*.json "$package/golden/"
cp "$benchmarks"/peers/{common,cuda}.py "$package/peers/"
cp "$benchmarks/gpu/session.sh" "$package/"

if [ "${1:-}" != --folder-alone ]; then
  tar -C "$target" -cf - gpu-session | xz -T0 >"$target/gpu-session.tar.xz"
  ls -l "$target/gpu-session.tar.xz"
fi
du -sh "$package"
