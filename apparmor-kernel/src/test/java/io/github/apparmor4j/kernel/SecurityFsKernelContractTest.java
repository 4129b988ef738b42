package io.github.apparmor4j.kernel;

import org.junit.jupiter.api.Tag;

/** The contract as the running kernel holds it: in a guest ({@link RealKernelsTest}). */
@Tag("kernel")
class SecurityFsKernelContractTest extends KernelContract {
  @Override
  AppArmorKernel open() throws KernelException {
    return SecurityFsKernel.open();
  }
}
