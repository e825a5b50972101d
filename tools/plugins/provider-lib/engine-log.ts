import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { TO_ENGINE } from "../lib/watch";

/** Milliseconds after which an engine that does not take a line gets no more of them. */
const PATIENCE = 5000;

/** Shows lines to the user through the engine. A line that cannot be shown is dropped: it never fails an operation. */
export class EngineLog {
    private client: EngineClient | undefined;
    private last: Promise<void> = Promise.resolve();

    /** @param address of the engine, host:port; without one nothing is shown until `connect` */
    public constructor(address?: string) {
        if (address !== undefined) this.connect(address);
    }

    /** Sends what follows to this engine. */
    public connect(address: string): void {
        this.client?.close();
        this.client = new EngineClient(address, credentials.createInsecure(), TO_ENGINE);
    }

    /** Shows a line beside a resource for as long as it is the newest; it is no part of the update's record. */
    public status(urn: string, line: string): void {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.INFO);
        request.setUrn(urn);
        request.setMessage(line);
        request.setEphemeral(true);
        // One after the other, since calls that are under way at once may arrive in any order.
        this.last = this.last.then(() => this.send(request));
    }

    /** Settles when all lines so far have been shown or dropped. Never rejects. */
    public flushed(): Promise<void> {
        return this.last;
    }

    /** Drops the connection; later lines are not shown. */
    public close(): void {
        this.client?.close();
        this.client = undefined;
    }

    private send(request: LogRequest): Promise<void> {
        const { client } = this;
        if (client === undefined) return Promise.resolve();
        return new Promise((resolve) => {
            client.log(request, new Metadata(), { deadline: Date.now() + PATIENCE }, (error) => {
                if (error !== null && client === this.client) this.close();
                resolve();
            });
        });
    }
}
