package io.github.apparmor4j.kernel;

import org.junit.jupiter.api.Nested;

class EmbeddedKernelContractTest {

  @Nested
  class OfLinux61 extends KernelContract {
    @Override
    AppArmorKernel open() {
      return EmbeddedKernel.linux6_1();
    }
  }

  @Nested
  class OfLinux612 extends KernelContract {
    @Override
    AppArmorKernel open() {
      return EmbeddedKernel.linux6_12();
    }
  }

  @Nested
  class OfLinux72 extends KernelContract {
    @Override
    AppArmorKernel open() {
      return EmbeddedKernel.linux7_2();
    }
  }
}
