/** {@code aa parser}, which stands in for {@code apparmor_parser}. */
@NullMarked
package io.github.apparmor4j.aa.parser;

import org.jspecify.annotations.NullMarked;
