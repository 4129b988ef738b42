package io.github.apparmor4j.access;

import io.github.apparmor4j.access.Access.KernelQuestion;
import io.github.apparmor4j.profile.Qualifiers.Ownership;
import io.github.apparmor4j.source.SourceText;
import io.github.apparmor4j.vocabulary.AcceptBits;
import io.github.apparmor4j.vocabulary.PolicyClass;
import java.util.List;
import java.util.Optional;

/** Accesses as questions in the form that a kernel's {@code .access} file takes. */
final class KernelQuestions {

  private KernelQuestions() {}

  static Optional<KernelQuestion> of(Access access) {
    if (access instanceof Access.File file) {
      return file.ownership() == Ownership.OWNER
          ? of(PolicyClass.FILE, file.path(), AcceptBits.kernelUse(file.permissions().bits()))
          : Optional.empty();
    }
    if (access instanceof Access.ChangeProfile change) {
      String string = (change.program() == null ? "" : change.program() + '\0') + change.target();
      return of(PolicyClass.FILE, string, ChangeProfileAccess.wanted(change));
    }
    if (access instanceof Access.Network network) {
      return network.equals(
              new Access.Network(network.family(), network.type(), network.permission()))
          ? Optional.of(NetworkAccess.kernelQuestion(network))
          : Optional.empty();
    }
    if (access instanceof Access.Exec
        || access instanceof Access.Link
        || access instanceof Access.Capability
        || access instanceof Access.ChangeHat
        || access instanceof Access.Unix) {
      return Optional.empty();
    }
    Question question = Decider.question(access);
    return Optional.of(new KernelQuestion(List.of(question.string()), question.wanted()));
  }

  private static Optional<KernelQuestion> of(int policyClass, String string, int wanted) {
    byte[] question = Question.in(policyClass).bytes(SourceText.encode(string)).bytes();
    return Optional.of(new KernelQuestion(List.of(question), wanted));
  }
}
