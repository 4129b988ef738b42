package io.github.apparmor4j;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may use whom: docs/architecture.md. */
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPath("target/classes");

  /** What a user has to look through. */
  private static final int MOST_TYPES = 115;

  /** Returns the packages that every user sees. */
  private static Set<String> exported() throws IOException {
    return ModuleDescriptor.read(
            new ByteArrayInputStream(
                Files.readAllBytes(Path.of("target/classes/module-info.class"))))
        .exports()
        .stream()
        .filter(export -> !export.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .collect(Collectors.toSet());
  }

  @Test
  void theApiStaysSmall() throws IOException {
    Set<String> exported = exported();
    assertThat(exported).doesNotContain("io.github.apparmor4j.automaton");
    assertThat(
            CLASSES.stream()
                .filter(type -> exported.contains(type.getPackageName()))
                .filter(
                    type ->
                        type.isTopLevelClass()
                            && type.getModifiers().contains(JavaModifier.PUBLIC)))
        .hasSizeLessThan(MOST_TYPES);
  }

  /** Whatever opens a file otherwise waits at a pipe, or reads a device until memory is full. */
  @Test
  void filesAreReadWithinLimits() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.github.apparmor4j.files.BoundedFiles")
        .and()
        .doNotHaveFullyQualifiedName("io.github.apparmor4j.source.SourceText") // descriptors
        .and()
        .doNotHaveFullyQualifiedName("io.github.apparmor4j.source.AtomicFiles") // its own copy
        .should()
        .callMethodWhere(
            target(owner(equivalentTo(Files.class)))
                .and(
                    target(
                        nameMatching(
                            "readAllBytes|readString|readAllLines|lines|newInputStream"
                                + "|newBufferedReader|newByteChannel"))))
        .orShould()
        .callConstructor(FileInputStream.class, File.class)
        .orShould()
        .callConstructor(FileInputStream.class, String.class)
        .check(CLASSES);
  }

  /** docs/architecture.md, "What may be missing". */
  @Test
  void whatMayBeMissingIsOptional() throws ReflectiveOperationException, IOException {
    Set<String> exported = exported();
    List<String> wrong = new ArrayList<>();
    for (JavaClass each : CLASSES) {
      Class<?> type = Class.forName(each.getName());
      if (!isPublic(type) || !exported.contains(type.getPackageName())) {
        continue;
      }
      for (Method method : type.getDeclaredMethods()) {
        boolean accessor =
            type.isRecord()
                && method.getParameterCount() == 0
                && Stream.of(type.getRecordComponents())
                    .anyMatch(component -> component.getAccessor().equals(method));
        if (Modifier.isPublic(method.getModifiers())
            && !accessor
            && !method.isSynthetic()
            && !method.getName().equals("equals")
            && method.getAnnotatedReturnType().isAnnotationPresent(Nullable.class)) {
          wrong.add(type.getSimpleName() + "." + method.getName());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
  }

  @Test
  void dataFlowsOneWay() {
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("source")
        .definedBy("io.github.apparmor4j.source")
        .layer("files")
        .definedBy("io.github.apparmor4j.files")
        .layer("limits")
        .definedBy("io.github.apparmor4j.limits")
        .layer("automaton")
        .definedBy("io.github.apparmor4j.automaton")
        .layer("features")
        .definedBy("io.github.apparmor4j.features")
        .layer("profile")
        .definedBy("io.github.apparmor4j.profile")
        .layer("glob")
        .definedBy("io.github.apparmor4j.glob")
        .layer("parse")
        .definedBy("io.github.apparmor4j.parse")
        .layer("print")
        .definedBy("io.github.apparmor4j.print")
        .layer("resolve")
        .definedBy("io.github.apparmor4j.resolve")
        .layer("check")
        .definedBy("io.github.apparmor4j.check")
        .layer("vocabulary")
        .definedBy("io.github.apparmor4j.vocabulary")
        .layer("policy")
        .definedBy("io.github.apparmor4j.policy")
        .layer("compile")
        .definedBy("io.github.apparmor4j.compile")
        .layer("access")
        .definedBy("io.github.apparmor4j.access")
        .layer("audit")
        .definedBy("io.github.apparmor4j.audit")
        .layer("container")
        .definedBy("io.github.apparmor4j.container")
        .whereLayer("files")
        .mayNotAccessAnyLayer()
        .whereLayer("source")
        .mayOnlyAccessLayers("files")
        .whereLayer("limits")
        .mayOnlyAccessLayers("source")
        .whereLayer("vocabulary")
        .mayNotAccessAnyLayer()
        .whereLayer("automaton")
        .mayOnlyAccessLayers("source")
        .whereLayer("features")
        .mayOnlyAccessLayers("files")
        .whereLayer("profile")
        .mayOnlyAccessLayers("source", "policy", "vocabulary")
        .whereLayer("glob")
        .mayOnlyAccessLayers("automaton", "source")
        .whereLayer("parse")
        .mayOnlyAccessLayers("profile", "source")
        .whereLayer("print")
        .mayOnlyAccessLayers("profile", "source")
        .whereLayer("resolve")
        .mayOnlyAccessLayers(
            "parse",
            "profile",
            "source",
            "files",
            "limits",
            "glob",
            "features",
            "policy",
            "vocabulary")
        .whereLayer("check")
        .mayOnlyAccessLayers("resolve", "glob", "automaton", "features", "profile", "source")
        .whereLayer("policy")
        .mayOnlyAccessLayers("automaton", "source", "vocabulary")
        .whereLayer("compile")
        .mayOnlyAccessLayers(
            "parse",
            "resolve",
            "glob",
            "automaton",
            "features",
            "policy",
            "vocabulary",
            "profile",
            "source",
            "files",
            "check")
        .whereLayer("access")
        .mayOnlyAccessLayers(
            "compile", "policy", "vocabulary", "automaton", "glob", "resolve", "profile", "source")
        .whereLayer("audit")
        .mayOnlyAccessLayers("access", "profile", "source", "files")
        .whereLayer("container")
        .mayOnlyAccessLayers("profile", "policy")
        .check(CLASSES);
  }
}
