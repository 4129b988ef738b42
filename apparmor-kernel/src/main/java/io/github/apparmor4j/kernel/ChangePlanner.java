package io.github.apparmor4j.kernel;

import io.github.apparmor4j.kernel.PolicyStore.Action;
import io.github.apparmor4j.kernel.PolicyStore.Scope;
import io.github.apparmor4j.kernel.PolicyStoreException.Reason;
import io.github.apparmor4j.parse.ProfileEditor;
import io.github.apparmor4j.profile.ProfileFlag;
import io.github.apparmor4j.source.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A planner of the edits and links that switch profiles of a store; {@link StoreChange} makes them.
 *
 * @param files the store's files
 */
record ChangePlanner(StoreFiles files) {

  /** Returns the change that {@link PolicyStore#plan} describes. */
  StoreChange plan(Action action, Scope scope, Collection<StoredProfile> profiles)
      throws IOException {
    Map<Path, List<StoredProfile>> byFile = new LinkedHashMap<>();
    Set<Path> removed = new LinkedHashSet<>();
    Set<StoreChange.Link> made = new LinkedHashSet<>();
    boolean enables = action == Action.ENFORCE || action == Action.COMPLAIN;
    for (StoredProfile profile : profiles) {
      Path disable = files.disableLink(profile.file());
      Path force = files.complainLink(profile.file());
      if (action != Action.DISABLE) {
        byFile.computeIfAbsent(profile.file().toRealPath(), file -> new ArrayList<>()).add(profile);
      } else if (!files.isDisabled(profile.file())) {
        made.add(new StoreChange.Link(disable, profile.file().toAbsolutePath()));
      }
      if (enables && files.isDisabled(profile.file())) {
        removed.add(disable);
      }
      if (action == Action.ENFORCE && files.isForcedToComplain(profile.file())) {
        removed.add(force);
      }
    }
    List<StoreChange.Edit> edits = new ArrayList<>();
    for (Map.Entry<Path, List<StoredProfile>> each : byFile.entrySet()) {
      StoreChange.Edit edit = edit(action, scope, each.getKey(), each.getValue());
      if (edit != null) {
        checkInside(each.getValue().get(0).file(), each.getKey());
        edits.add(edit);
      }
    }
    return new StoreChange(edits, List.copyOf(removed), List.copyOf(made));
  }

  /** Fails if a file that would be edited is not in the store: its link can be, all the same. */
  private void checkInside(Path file, Path real) throws IOException {
    if (!real.startsWith(files.directory().toRealPath())) {
      throw new PolicyStoreException(Reason.OUTSIDE, file, "it is a link to " + real);
    }
  }

  private StoreChange.@Nullable Edit edit(
      Action action, Scope scope, Path file, List<StoredProfile> profiles) throws IOException {
    SourceText text = SourceText.read(file);
    ProfileEditor editor = ProfileEditor.of(text);
    try {
      for (StoredProfile one : files.profiles(file, files.resolver().resolve(editor.result()))) {
        if (scope == Scope.FILE || profiles.stream().anyMatch(in(scope, one))) {
          editor = switched(editor, one.writtenName(), action);
        }
      }
    } catch (NoSuchElementException | IllegalStateException e) {
      throw new PolicyStoreException(Reason.NOT_EDITABLE, file, String.valueOf(e.getMessage()));
    }
    return editor.text().equals(text.text())
        ? null
        : new StoreChange.Edit(file, text.text(), editor.text());
  }

  private static Predicate<StoredProfile> in(Scope scope, StoredProfile one) {
    return meant ->
        scope == Scope.PROFILE
            ? one.writtenName().equals(meant.writtenName())
            : one.writtenName().equals(meant.writtenName())
                || one.writtenName().startsWith(meant.writtenName() + "//");
  }

  private static ProfileEditor switched(ProfileEditor editor, String name, Action action) {
    return switch (action) {
      case ENFORCE -> editor.setMode(name, ProfileFlag.Kind.ENFORCE);
      case COMPLAIN -> editor.setMode(name, ProfileFlag.Kind.COMPLAIN);
      case KILL -> editor.setMode(name, ProfileFlag.Kind.KILL);
      case AUDIT -> editor.setFlag(name, ProfileFlag.of(ProfileFlag.Kind.AUDIT));
      case NO_AUDIT -> editor.dropFlag(name, ProfileFlag.Kind.AUDIT);
      case DISABLE -> editor;
    };
  }
}
