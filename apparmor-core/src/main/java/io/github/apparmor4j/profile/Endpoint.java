package io.github.apparmor4j.profile;

import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One side of a network connection in a rule. A {@code null} condition matches everything.
 *
 * @param ip address in the text form of IPv4 or IPv6, or {@code none}
 * @param ports one port or a range
 * @param interfaceName pattern of the network interface; only for the own side
 * @param label pattern of the socket's or the other side's label
 * @param assignedLabel label put on what is sent ({@code label:=}); only for the other side
 */
public record Endpoint(
    @Nullable String ip,
    @Nullable Ports ports,
    @Nullable String interfaceName,
    @Nullable String label,
    @Nullable String assignedLabel) {

  /** The endpoint without conditions, which matches every one. */
  public static final Endpoint ANY = new Endpoint(null, null, null, null, null);

  /**
   * Ports, both ends included.
   *
   * @param first 0 to 65535
   * @param last not less than the first
   */
  public record Ports(int first, int last) {
    /** Checks the range. */
    public Ports {
      if (first < 0 || last > 65535 || first > last) {
        throw new IllegalArgumentException("not a range of ports: " + first + "-" + last);
      }
    }

    @Override
    public String toString() {
      return first == last ? String.valueOf(first) : first + "-" + last;
    }
  }

  /** Checks the address and the patterns. */
  public Endpoint {
    if (ip != null && !ip.equals("none") && InternetAddress.parse(ip) == null) {
      throw new IllegalArgumentException(
          "not an IP address: '"
              + ip
              + (ip.indexOf('/') < 0 ? "'" : "'; rules take no prefix lengths"));
    }
    Words.checkedOrNull(interfaceName, "interface");
    Words.checkedOrNull(label, "label");
    Words.checkedOrNull(assignedLabel, "label");
  }

  /** Returns this endpoint with its patterns changed: interface and labels. */
  Endpoint withPatterns(UnaryOperator<String> change) {
    return isAny()
        ? this
        : new Endpoint(
            ip,
            ports,
            Words.changed(interfaceName, change),
            Words.changed(label, change),
            Words.changed(assignedLabel, change));
  }

  /** Returns whether the endpoint has no conditions. */
  public boolean isAny() {
    return Stream.of(ip, ports, interfaceName, label, assignedLabel).noneMatch(Objects::nonNull);
  }

  /** Returns the 4 or 16 bytes of the address; empty if none is given or it is {@code none}. */
  public Optional<byte[]> address() {
    return Optional.ofNullable(ip).map(InternetAddress::parse);
  }

  /** Returns the conditions, each with a blank before it. */
  @Override
  public String toString() {
    return Words.listCondition("ip", ip)
        + (ports == null ? "" : " port=" + ports)
        + Words.listCondition("interface", interfaceName)
        + Words.listCondition("label", label)
        + Words.listCondition("label:", assignedLabel);
  }
}
