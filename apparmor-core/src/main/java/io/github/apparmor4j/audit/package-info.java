/**
 * What kernels and message buses logged: {@link io.github.apparmor4j.audit.AuditLog} reads any form
 * of log, {@link io.github.apparmor4j.audit.AuditEvent} is what happened, and can say which
 * question it is the answer to.
 *
 * <pre>{@code
 * try (Stream<AuditEvent> events = AuditLog.read(Path.of("/var/log/audit/audit.log"))) {
 *   events.filter(AuditEvent::isRefusal).forEach(event -> System.out.println(event.accesses()));
 * }
 * }</pre>
 */
@NullMarked
package io.github.apparmor4j.audit;

import org.jspecify.annotations.NullMarked;
