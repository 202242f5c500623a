package io.sonic;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The flight recorder's event of a handler that kept the reactor for longer than its threshold.
 */
@Name("io.sonic.SlowHandler")
@Label("Slow Handler")
@Description("A handler kept the reactor's thread for longer than the threshold")
@Category("Sonic")
@StackTrace(false)
final class SlowHandlerEvent extends jdk.jfr.Event {
    @Label("Reactor")
    private String reactor;
    @Label("Handler")
    private String handler;
    @Label("Time in Handler")
    @Timespan(Timespan.NANOSECONDS)
    private long time;

    static void emit(String reactor, Object work, long timeNs) {
        SlowHandlerEvent event = new SlowHandlerEvent();
        if (event.isEnabled()) {
            event.reactor = reactor;
            event.handler = work.toString();
            event.time = timeNs;
            event.commit();
        }
    }
}
