package io.github.apparmor4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;

/** Every dependency on others has its reason beside it. */
class DependenciesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "apparmor-core",
        "apparmor-core/yaml",
        "apparmor-kernel",
        "apparmor-docker",
        "apparmor-containerd",
        "benchmarks",
        "examples/aa",
        "examples/programs"
      })
  void haveReasons(String module) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    var pom = factory.newDocumentBuilder().parse(new File("../../" + module + "/pom.xml"));
    XPath path = XPathFactory.newInstance().newXPath();
    NodeList silent =
        (NodeList)
            path.evaluate(
                "/project/dependencies/dependency[not(comment())"
                    + " and not(starts-with(groupId, 'io.github.apparmor4j'))]/artifactId",
                pom,
                XPathConstants.NODESET);
    List<String> without = new ArrayList<>();
    for (int i = 0; i < silent.getLength(); i++) {
      without.add(silent.item(i).getTextContent());
    }
    assertThat(without).isEmpty();
  }
}
