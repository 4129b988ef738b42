/**
 * Benchmarks: JMH's for parse, compile and decide; {@link io.github.apparmor4j.bench.Compare}
 * beside {@code apparmor_parser}.
 */
@NullMarked
package io.github.apparmor4j.bench;

import org.jspecify.annotations.NullMarked;
