import * as grpc from "@grpc/grpc-js";

/** Milliseconds between looks at the parent process. */
const PARENT_INTERVAL = 500;

/** Options of connections to an engine: it is on this machine, whatever proxies the environment names. */
export const TO_ENGINE: grpc.ChannelOptions = {
    "grpc.enable_http_proxy": 0,
    "grpc.max_receive_message_length": -1,
};

/**
 * Calls `gone` once when the engine cannot be reached any more. A connection is kept open, so that an engine that was
 * killed is noticed at once; one that the engine closes is tried again first.
 * @returns stops watching
 */
export function watchEngine(address: string, gone: () => void): () => void {
    const { TRANSIENT_FAILURE, SHUTDOWN } = grpc.connectivityState;
    const channel = new grpc.Channel(address, grpc.credentials.createInsecure(), TO_ENGINE);
    let done = false;
    const stop = (): void => {
        done = true;
        channel.close();
    };
    const look = (): void => {
        if (done) return;
        const state = channel.getConnectivityState(true);
        if (state === TRANSIENT_FAILURE || state === SHUTDOWN) {
            stop();
            gone();
        } else {
            channel.watchConnectivityState(state, Infinity, look);
        }
    };
    look();
    return stop;
}

/**
 * Calls `gone` once when the process that started this one has ended.
 * @returns stops watching
 */
export function watchParent(gone: () => void, parent: () => number = () => process.ppid): () => void {
    const first = parent();
    const timer = setInterval(() => {
        if (parent() === first) return;
        clearInterval(timer);
        gone();
    }, PARENT_INTERVAL);
    timer.unref();
    return () => clearInterval(timer);
}
