package io.github.apparmor4j;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import org.junit.jupiter.api.Test;

/** Who may use whom: docs/architecture.md. */
class ArchitectureTest {

  @Test
  void dataFlowsOneWay() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPath("target/classes");
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("source")
        .definedBy("io.github.apparmor4j.source")
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
        .layer("policy")
        .definedBy("io.github.apparmor4j.policy")
        .layer("compile")
        .definedBy("io.github.apparmor4j.compile")
        .layer("access")
        .definedBy("io.github.apparmor4j.access")
        .layer("container")
        .definedBy("io.github.apparmor4j.container")
        .whereLayer("source")
        .mayNotAccessAnyLayer()
        .whereLayer("automaton")
        .mayNotAccessAnyLayer()
        .whereLayer("features")
        .mayNotAccessAnyLayer()
        .whereLayer("profile")
        .mayOnlyAccessLayers("source", "policy")
        .whereLayer("glob")
        .mayOnlyAccessLayers("automaton", "source")
        .whereLayer("parse")
        .mayOnlyAccessLayers("profile", "source")
        .whereLayer("print")
        .mayOnlyAccessLayers("profile", "source")
        .whereLayer("resolve")
        .mayOnlyAccessLayers("parse", "profile", "source", "glob", "features", "policy")
        .whereLayer("check")
        .mayOnlyAccessLayers("resolve", "glob", "automaton", "features", "profile", "source")
        .whereLayer("policy")
        .mayOnlyAccessLayers("automaton", "source")
        .whereLayer("compile")
        .mayOnlyAccessLayers(
            "parse",
            "resolve",
            "glob",
            "automaton",
            "features",
            "policy",
            "profile",
            "source",
            "check")
        .whereLayer("access")
        .mayOnlyAccessLayers("compile", "policy", "automaton", "resolve", "profile", "source")
        .whereLayer("container")
        .mayOnlyAccessLayers("profile", "policy")
        .check(classes);
  }
}
