package io.github.apparmor4j.profile;

import java.util.List;

/** The text of elements that hold others: one element a line, indented by two blanks. */
final class BodyText {

  private final StringBuilder out = new StringBuilder();

  private BodyText() {}

  /** Returns the text of an element with everything inside it. */
  static String of(Object element) {
    BodyText text = new BodyText();
    text.element(element, "");
    return text.out.toString();
  }

  /** Returns the text of elements, with a line feed after each. */
  static String of(List<?> elements) {
    BodyText text = new BodyText();
    text.elements(elements, "");
    return text.out.append(elements.isEmpty() ? "" : "\n").toString();
  }

  private void elements(List<?> elements, String indent) {
    for (Object element : elements) {
      boolean trailing = element instanceof Comment comment && comment.trailing();
      if (trailing) {
        out.append("  ").append(element);
      } else {
        out.append(out.isEmpty() ? "" : "\n").append(indent);
        element(element, indent);
      }
    }
  }

  private void element(Object element, String indent) {
    if (element instanceof Profile profile) {
      block(profile.header(), profile.elements(), indent);
    } else if (element instanceof RuleBlock block) {
      block(block.header(), block.elements(), indent);
    } else if (element instanceof Conditional conditional) {
      String word = "if ";
      for (Conditional.Branch branch : conditional.branches()) {
        block(word + branch.condition() + " {", branch.elements(), indent);
        word = " else if ";
      }
      if (conditional.otherwise() != null) {
        block(" else {", conditional.otherwise(), indent);
      }
    } else {
      out.append(element);
    }
  }

  private void block(String header, List<?> elements, String indent) {
    out.append(header);
    elements(elements, indent + "  ");
    out.append('\n').append(indent).append('}');
  }
}
