package io.github.apparmor4j.source;

/** A kind of diagnostics that nothing but tests reports. */
record TestKind(String code, Diagnostic.Severity severity, String meaning)
    implements Diagnostic.Kind {

  static final TestKind BAD = new TestKind("AA-TEST-0001", Diagnostic.Severity.ERROR, "a bad text");
  static final TestKind ODD =
      new TestKind("AA-TEST-0002", Diagnostic.Severity.WARNING, "an \"odd\" text");
}
