package io.sonic.examples;

import java.io.IOException;
import java.io.Serial;

/** Why a command could not do its job, as the one line that its user reads. */
final class CommandFailure extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    CommandFailure(String message) {
        super(message);
    }
}
