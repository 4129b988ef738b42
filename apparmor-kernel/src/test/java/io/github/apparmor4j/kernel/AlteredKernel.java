package io.github.apparmor4j.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Kernels that answer some calls in a way of their own, or fail. */
final class AlteredKernel {

  private AlteredKernel() {}

  /** What is done instead of a call. */
  interface Alteration {

    /**
     * Returns the answer, or {@code null} if the kernel is to give it.
     *
     * @throws Throwable what the call is to throw
     */
    @Nullable Object answer(String method, Object[] arguments) throws Throwable;
  }

  static AppArmorKernel of(AppArmorKernel kernel, Alteration alteration) {
    return (AppArmorKernel)
        Proxy.newProxyInstance(
            AppArmorKernel.class.getClassLoader(),
            new Class<?>[] {AppArmorKernel.class},
            (proxy, method, arguments) -> {
              Object[] given = arguments == null ? new Object[0] : arguments;
              Object answer = alteration.answer(method.getName(), given);
              if (answer != null) {
                return answer;
              } else if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, given);
              }
              try {
                return method.invoke(kernel, given);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
