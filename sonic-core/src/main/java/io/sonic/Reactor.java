package io.sonic;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

/**
 * One thread that waits for the system and calls handlers: of channels, of timers, and of what other threads post.
 *
 * <p>A turn of the loop is
 * <ol>
 * <li>ask the system which channels are ready, waiting where the method says so;</li>
 * <li>call the timers that are due;</li>
 * <li>run what was posted before the turn began;</li>
 * <li>go on with the operations that became ready, and with what was deferred before the turn began.</li>
 * </ol>
 * What a handler starts, posts or schedules beyond {@value #MAX_INLINE_COMPLETIONS} inline completions belongs to the
 * next turn. So the work of a turn is bounded, and no channel can keep timers, posts or other channels waiting.
 *
 * <p><b>Threading</b>: the reactor belongs to the thread that opened it until another one runs it; from then on to
 * that one. Everything but {@link #post}, {@link #posted} and {@link #stop} is for its own thread; while assertions
 * are on, a call from another one is refused with {@link IllegalStateException}.
 *
 * <p><b>Errors</b>: what a handler throws goes to the {@link ErrorHandler} of the {@link Context}, and the loop goes
 * on.
 *
 * <p>It is an {@link Agent}, so an {@code AgentRunner} with any idle strategy can drive it.
 */
public final class Reactor implements Agent, AutoCloseable {
    /**
     * How many operations may complete inside of each other before the next one goes through the loop.
     */
    public static final int MAX_INLINE_COMPLETIONS = 32;

    final ReactorCounters counters;
    private final Backend backend;
    private final CountersReader countersReader;
    private final long slowHandlerThresholdNs;
    private final NanoClock clock;
    private final ErrorHandler errorHandler;
    private final String name;
    private final TimerHeap timers = new TimerHeap();
    private final DeferralQueue ready = new DeferralQueue();
    private final PostQueue posts = new PostQueue();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile boolean closed;
    private Thread owner = Thread.currentThread();
    private boolean running;
    private int inlineDepth;
    private int readyInTurn;
    private long completions;
    private int operations;
    private final OpenChannels channels = new OpenChannels();
    private final HotChannels hotChannels;

    Reactor(Context context, Backend backend) {
        this.backend = backend;
        this.clock = context.nanoClock;
        this.errorHandler = context.errorHandler;
        this.name = context.name;
        this.hotChannels = new HotChannels(context.hotTurns);
        this.slowHandlerThresholdNs = context.slowHandlerThresholdNs;
        CountersManager manager = context.countersManager == null
                ? ReactorCounters.newManager() : context.countersManager;
        this.countersReader = manager;
        this.counters = new ReactorCounters(manager, name);
    }

    /**
     * Opens a reactor as {@link Context} has it by default.
     *
     * @return a new reactor, the caller's to close.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the JVM lacks a flag; the sentence names it.
     */
    public static Reactor open() throws IOException {
        return open(new Context());
    }

    /**
     * Opens a reactor.
     *
     * @param context how; may be changed and used again afterwards.
     * @return a new reactor, the caller's to close.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the JVM lacks a flag, or the manager of counters has no room for the
     *                               reactor's; the sentence says which.
     */
    public static Reactor open(Context context) throws IOException {
        Requirements.checkAgrona();
        Backend backend = context.backend.choose().open(context);
        try {
            return new Reactor(context, backend);
        } catch (RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    /**
     * Runs turns, waiting in the kernel in between, until {@link #stop()} or {@link #close()}.
     *
     * @return the number of operations, timers and posts that were completed.
     */
    public long run() {
        long before = completions;
        enter();
        try {
            while (!endsRun()) {
                turn(-1);
            }
        } finally {
            leaveRun();
        }
        return completions - before;
    }

    /**
     * Runs until nothing is pending any more, or until {@link #stop()} or {@link #close()}.
     *
     * @return the number of operations, timers and posts that were completed.
     */
    public long runPending() {
        long before = completions;
        enter();
        try {
            while (pending() > 0 && !endsRun()) {
                turn(-1);
            }
        } finally {
            leaveRun();
        }
        return completions - before;
    }

    /**
     * Waits until one handler can be called, and calls it; handlers that it completes inline are called within. Returns
     * without one on {@link #stop()} or {@link #close()}.
     *
     * @return the number of handlers that were called by the loop: 0 or 1.
     */
    public int runOne() {
        return runOne(-1);
    }

    /**
     * Waits for some time until one handler can be called, and calls it.
     *
     * @param timeoutNs nanoseconds to wait at most; 0 or less does not wait.
     * @return the number of handlers that were called by the loop: 0 or 1.
     */
    public int runOneFor(long timeoutNs) {
        return runOne(Math.max(0, timeoutNs));
    }

    /**
     * Runs turns without waiting as long as there is work and for some turns more, and waits in the kernel only then;
     * until {@link #stop()} or {@link #close()}. This keeps the thread, its caches and its core warm between bursts.
     *
     * @param idleTurns   turns in a row without work before the thread waits, at least 1.
     * @param maxWaitNs   nanoseconds to wait at most before it polls again, at least 1.
     * @throws IllegalArgumentException when one of them is out of range.
     */
    public void runWarm(int idleTurns, long maxWaitNs) {
        if (idleTurns < 1 || maxWaitNs < 1) {
            throw new IllegalArgumentException(
                    "idleTurns and maxWaitNs must be at least 1: " + idleTurns + ", " + maxWaitNs);
        }
        enter();
        try {
            int idle = 0;
            while (!endsRun()) {
                idle = turn(idle < idleTurns ? 0 : maxWaitNs) > 0 ? 0 : Math.min(idle + 1, idleTurns);
            }
        } finally {
            leaveRun();
        }
    }

    /**
     * Runs turns without ever waiting, until {@link #stop()} or {@link #close()}: for a thread that has a processor for
     * itself.
     *
     * @return the number of operations, timers and posts that were completed.
     */
    public long runBusy() {
        long before = completions;
        enter();
        try {
            while (!endsRun()) {
                turn(0);
            }
        } finally {
            leaveRun();
        }
        return completions - before;
    }

    /**
     * Runs one turn without waiting. For a loop that does other things too; one that does nothing else is
     * {@link #runBusy()}, which a {@link #stop()} ends.
     *
     * @return the number of operations, timers and posts that were completed.
     */
    public int poll() {
        enter();
        try {
            long before = completions;
            beginTurn(0);
            while (step()) {
                continue;
            }
            return endTurn(before);
        } finally {
            leave();
        }
    }

    /**
     * Calls one handler, if one can be called without waiting.
     *
     * @return the number of handlers that were called by the loop: 0 or 1.
     */
    public int pollOne() {
        enter();
        try {
            boolean called = step();
            if (!called) {
                beginTurn(0);
                called = step();
            }
            if (called) {
                counters.publish(completions);
            }
            return called ? 1 : 0;
        } finally {
            leave();
        }
    }

    /**
     * Has the loop run a task. From any thread, also from a handler; tasks of one thread run in the order of its calls.
     * Allocates nothing but what the caller's lambda captures.
     *
     * @param task run once; one that is posted before {@link #close()} runs in {@code close} at the latest.
     * @throws IllegalStateException when the reactor is closed.
     */
    public void post(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (!posts.add(task)) {
            throw new IllegalStateException("the reactor is closed");
        }
        wakeIfAsleep();
    }

    /**
     * The number of tasks that were posted and did not begin yet. From any thread.
     *
     * @return the number at this moment.
     */
    public int posted() {
        return posts.size();
    }

    /**
     * The number of operations that wait, timers that are scheduled and tasks that are posted.
     *
     * @return 0 when the loop would never again call a handler by itself.
     */
    public int pending() {
        assert checkOwnThread();
        return operations + timers.size() + posts.size();
    }

    /**
     * Makes the current call of {@code run…} return after the handler that is running, or, when there is none, the
     * next call of {@code run…}. From any thread. The reactor can be run again.
     */
    public void stop() {
        stopping = true;
        wakeIfAsleep();
    }

    /**
     * The time by which timers are scheduled.
     *
     * @return nanoseconds from an arbitrary origin, never going back.
     */
    public long nanoTime() {
        return clock.nanoTime();
    }

    /**
     * Tells whether the reactor can be used.
     *
     * @return false from {@link #close()} on.
     */
    public boolean isOpen() {
        return !closed;
    }

    /**
     * The name of the backend.
     *
     * @return {@code epoll} or {@code nio}.
     */
    public String backend() {
        return backend.name();
    }

    /**
     * Tells whether the backend can do what not every backend can.
     *
     * @param capability what is asked for.
     * @return false when using it would fail.
     */
    public boolean supports(Capability capability) {
        return backend.supports(capability);
    }

    /**
     * What the reactor counts, each as a {@link ReactorCounter} and with the reactor's name in its label. Published
     * at the end of each turn that did something. For any thread.
     *
     * @return the counters of the {@link Context#countersManager(CountersManager) manager} that was given, or of one of
     *         the reactor's own.
     */
    public CountersReader counters() {
        return countersReader;
    }

    /**
     * Ends everything: runs what was posted, takes timers back, closes every channel (its waiting operations end with
     * {@link IoStatus#CLOSED}), and releases what the system gave. A second call does nothing. Only when no other
     * thread runs the reactor.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        takeOwnership();
        posts.close();
        do {
            posts.take();
        } while (runPost());
        closed = true;
        timers.clear();
        channels.close();
        while (ready.size() > 0) {
            runReady();
        }
        counters.publish(completions);
        counters.close();
        backend.close();
    }

    /**
     * Has {@link #close()} close a channel that has no descriptor of its own; for layers above that hold memory or
     * other resources. Channels are closed in the order in which they were added, before those below them.
     *
     * @param channel of this reactor.
     * @throws IllegalStateException when the reactor is closed.
     */
    public void add(Channel channel) {
        assert checkOwnThread();
        if (closed) {
            throw new IllegalStateException("the reactor is closed");
        }
        channels.addLayered(channel);
    }

    /**
     * Forgets a channel that was given to {@link #add(Channel)} and holds nothing any more. Does nothing when it was
     * not, or is forgotten already.
     *
     * @param channel as it was added.
     */
    public void remove(Channel channel) {
        assert checkOwnThread();
        channels.removeLayered(channel);
    }

    /**
     * Asks to complete an operation inline; for layers that have operations of their own.
     *
     * @return true when one more may complete inside of the current call: {@link #endInline()} must follow. False when
     *         it must be left to the loop, see {@link #defer(Deferral)}.
     */
    public boolean tryInline() {
        if (inlineDepth == MAX_INLINE_COMPLETIONS) {
            return false;
        }
        inlineDepth++;
        counters.inlineCompletions++;
        return true;
    }

    /**
     * Ends what {@link #tryInline()} began.
     */
    public void endInline() {
        inlineDepth--;
    }

    /**
     * Leaves work to the next turn of the loop. Does nothing when the same work is queued already.
     *
     * @param deferral run once in the next turn, or in {@link #close()}; pending until then.
     */
    public void defer(Deferral deferral) {
        assert checkOwnThread();
        if (!deferral.queued) {
            operations++;
            enqueue(deferral);
        }
    }

    /**
     * Counts a handler that was called; for layers that call handlers of their own, once for each.
     */
    public void completed() {
        completions++;
    }

    /**
     * Hands what a handler threw to the error handler; for layers that call handlers of their own.
     *
     * @param thrown what the handler threw.
     */
    public void handlerFailed(Throwable thrown) {
        try {
            errorHandler.onError(thrown);
        } catch (Throwable secondary) {
            if (secondary != thrown) {
                secondary.addSuppressed(thrown);
            }
            secondary.printStackTrace();
        }
    }

    /**
     * Tells whether the calling thread is the one that the reactor belongs to; from any thread.
     *
     * @return false on every other thread: there {@link #post} is the way in.
     */
    public boolean isOwnThread() {
        return owner == Thread.currentThread();
    }

    /**
     * Refuses a call from a thread that is not the reactor's; for layers above, in an {@code assert}.
     *
     * @return true.
     * @throws IllegalStateException when another thread calls.
     */
    public boolean checkOwnThread() {
        if (!isOwnThread()) {
            throw new IllegalStateException("reactor '" + name + "' belongs to thread '" + owner.getName()
                    + "', and was called by '" + Thread.currentThread().getName() + "': post() is the way in");
        }
        return true;
    }

    @Override
    public void onStart() {
        takeOwnership();
    }

    /**
     * Does what {@link #poll()} does.
     */
    @Override
    public int doWork() {
        return poll();
    }

    @Override
    public void onClose() {
        close();
    }

    @Override
    public String roleName() {
        return name;
    }

    Backend system() {
        return backend;
    }

    TimerHeap timers() {
        return timers;
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the reactor is closed");
        }
    }

    /**
     * Queues work for the next turn that is counted elsewhere.
     */
    void enqueue(Deferral deferral) {
        if (!deferral.queued) {
            deferral.queued = true;
            ready.add(deferral);
        }
    }

    void operationStarted() {
        operations++;
    }

    void operationEnded() {
        operations--;
        completions++;
    }

    OpenChannels channels() {
        return channels;
    }

    HotChannels hotChannels() {
        return hotChannels;
    }

    private int runOne(long timeoutNs) {
        enter();
        try {
            if (endsRun()) {
                return 0;
            }
            if (step()) {
                return endTurn(completions - 1);
            }
            long deadline = timeoutNs > 0 ? clock.nanoTime() + timeoutNs : 0;
            long remaining = timeoutNs;
            do {
                beginTurn(remaining);
                if (!endsRun() && step()) {
                    return endTurn(completions - 1);
                }
                if (timeoutNs > 0) {
                    remaining = Math.max(0, deadline - clock.nanoTime());
                }
            } while (remaining != 0 && !endsRun());
            return 0;
        } finally {
            leaveRun();
        }
    }

    /**
     * Runs one whole turn, or as much of it as {@link #stop()} allows.
     *
     * @param timeoutNs 0 does not wait, a negative time waits for ever.
     * @return completions.
     */
    private int turn(long timeoutNs) {
        long before = completions;
        beginTurn(timeoutNs);
        while (!stopping && step()) {
            continue;
        }
        return endTurn(before);
    }

    private int endTurn(long completionsBefore) {
        int done = (int) (completions - completionsBefore);
        if (done != 0) {
            counters.publish(completions);
        }
        return done;
    }

    private void beginTurn(long timeoutNs) {
        if (timeoutNs == 0) {
            if (!hotChannels.suffice()) {
                backend.await(0);
            }
        } else {
            sleep(timeoutNs);
        }
        if (timers.size() > 0) {
            timers.beginTurn(clock.nanoTime());
        }
        posts.take();
        readyInTurn = ready.size();
    }

    /**
     * Waits in the kernel, unless there is work. Who posts or stops after the flag is up wakes the backend; who does so
     * before is seen by the check that follows.
     */
    private void sleep(long timeoutNs) {
        asleep.set(true);
        try {
            backend.await(timeToSleep(timeoutNs));
        } finally {
            asleep.set(false);
        }
    }

    private long timeToSleep(long timeoutNs) {
        if (ready.size() > 0 || !posts.isEmpty() || stopping) {
            return 0;
        }
        if (timers.size() == 0) {
            return timeoutNs;
        }
        long untilTimer = Math.max(0, timers.firstDeadlineNs() - clock.nanoTime());
        return timeoutNs < 0 ? untilTimer : Math.min(timeoutNs, untilTimer);
    }

    private void wakeIfAsleep() {
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            backend.wake();
        }
    }

    /**
     * Runs what is left of the turn until one handler has been called.
     *
     * @return false when the turn is over.
     */
    private boolean step() {
        if (timers.size() > 0 && runTimer()) {
            return true;
        }
        if (runPost()) {
            return true;
        }
        while (readyInTurn > 0 && !closed) {
            readyInTurn--;
            if (runReady()) {
                return true;
            }
        }
        timers.endTurn();
        return false;
    }

    private boolean runTimer() {
        Timer timer = timers.removeDue();
        if (timer == null) {
            return false;
        }
        if (slowHandlerThresholdNs == 0) {
            timer.fire();
        } else {
            TimerHandler handler = timer.handler();
            long begin = System.nanoTime();
            timer.fire();
            measured(handler, begin);
        }
        return true;
    }

    private boolean runPost() {
        Runnable task = posts.next();
        if (task == null) {
            return false;
        }
        completions++;
        counters.posts++;
        long begin = slowHandlerThresholdNs == 0 ? 0 : System.nanoTime();
        try {
            task.run();
        } catch (Throwable t) {
            handlerFailed(t);
        }
        if (slowHandlerThresholdNs != 0) {
            measured(task, begin);
        }
        return true;
    }

    private boolean runReady() {
        Deferral deferral = ready.remove();
        deferral.queued = false;
        if (!(deferral instanceof Operation)) {
            operations--;
        }
        long before = completions;
        long begin = slowHandlerThresholdNs == 0 ? 0 : System.nanoTime();
        try {
            deferral.run();
        } catch (Throwable t) {
            handlerFailed(t);
        }
        if (slowHandlerThresholdNs != 0) {
            measured(deferral, begin);
        }
        return completions != before;
    }

    private void measured(Object work, long begin) {
        long time = System.nanoTime() - begin;
        if (time > counters.longestHandlerNs) {
            counters.longestHandlerNs = time;
        }
        if (time >= slowHandlerThresholdNs) {
            SlowHandlerEvent.emit(name, work, time);
        }
    }

    private boolean endsRun() {
        return stopping || closed;
    }

    private void enter() {
        if (owner != Thread.currentThread()) {
            takeOwnership();
        }
        checkOpen();
        if (running) {
            throw new IllegalStateException("the reactor is running: a handler must not run it again");
        }
        running = true;
    }

    private void leave() {
        running = false;
    }

    /**
     * Ends a call of {@code run…}, and the stop that was meant for it.
     */
    private void leaveRun() {
        stopping = false;
        leave();
    }

    private void takeOwnership() {
        if (running && owner != Thread.currentThread()) {
            throw new IllegalStateException(
                    "reactor '" + name + "' is being run by thread '" + owner.getName() + "'");
        }
        owner = Thread.currentThread();
    }

    /**
     * How a reactor is opened.
     */
    public static final class Context {
        private NanoClock nanoClock = SystemNanoClock.INSTANCE;
        private ErrorHandler errorHandler = Throwable::printStackTrace;
        private String name = "sonic-reactor";
        private BackendType backend = BackendType.ofProperty();
        private int maxEventsPerTurn = 256;
        private int hotTurns = 16;
        private CountersManager countersManager;
        private long slowHandlerThresholdNs;

        /**
         * Creates a context with the defaults.
         */
        public Context() {
        }

        /**
         * Sets the clock of the timers.
         *
         * @param nanoClock by default {@link SystemNanoClock}.
         * @return this.
         */
        public Context nanoClock(NanoClock nanoClock) {
            this.nanoClock = Objects.requireNonNull(nanoClock, "nanoClock");
            return this;
        }

        /**
         * Sets who is told what handlers throw.
         *
         * @param errorHandler by default prints the stack trace to the standard error output.
         * @return this.
         */
        public Context errorHandler(ErrorHandler errorHandler) {
            this.errorHandler = Objects.requireNonNull(errorHandler, "errorHandler");
            return this;
        }

        /**
         * Sets the name in messages and of the {@link Agent}'s role.
         *
         * @param name by default {@code sonic-reactor}.
         * @return this.
         */
        public Context name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the backend.
         *
         * @param backend by default what the system property {@value BackendType#PROPERTY} names, or
         *                {@link BackendType#AUTO}.
         * @return this.
         */
        public Context backend(BackendType backend) {
            this.backend = Objects.requireNonNull(backend, "backend");
            return this;
        }

        /**
         * Sets how many ready channels are fetched from the system in one turn.
         *
         * @param maxEventsPerTurn 1 to 65,536; by default 256.
         * @return this.
         * @throws IllegalArgumentException when it is out of range.
         */
        public Context maxEventsPerTurn(int maxEventsPerTurn) {
            if (maxEventsPerTurn < 1 || maxEventsPerTurn > 65_536) {
                throw new IllegalArgumentException("maxEventsPerTurn must be 1 to 65536: " + maxEventsPerTurn);
            }
            this.maxEventsPerTurn = maxEventsPerTurn;
            return this;
        }

        int maxEventsPerTurn() {
            return maxEventsPerTurn;
        }

        /**
         * Sets who holds the {@link Reactor#counters() counters}.
         *
         * @param countersManager of Agrona, over any buffer, also one that other processes map; used by the thread that
         *                        opens and closes the reactor. By default the reactor has one of its own.
         * @return this.
         */
        public Context countersManager(CountersManager countersManager) {
            this.countersManager = Objects.requireNonNull(countersManager, "countersManager");
            return this;
        }

        /**
         * Measures each handler that the loop calls, and records the flight recorder's event
         * {@code io.sonic.SlowHandler} for one that takes too long. Costs two looks at the clock per handler.
         *
         * @param slowHandlerThresholdNs nanoseconds from which a handler is slow; 0, the default, does not measure.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context slowHandlerThresholdNs(long slowHandlerThresholdNs) {
            if (slowHandlerThresholdNs < 0) {
                throw new IllegalArgumentException("negative threshold: " + slowHandlerThresholdNs + " ns");
            }
            this.slowHandlerThresholdNs = slowHandlerThresholdNs;
            return this;
        }

        /**
         * Sets how often the system is asked about all channels while {@link Channel#hot(boolean) hot} ones are tried
         * directly.
         *
         * @param hotTurns every so many turns, at least 1; by default 16.
         * @return this.
         * @throws IllegalArgumentException when it is less than 1.
         */
        public Context hotTurns(int hotTurns) {
            if (hotTurns < 1) {
                throw new IllegalArgumentException("hotTurns must be at least 1: " + hotTurns);
            }
            this.hotTurns = hotTurns;
            return this;
        }
    }
}
