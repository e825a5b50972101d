import type { Change } from "./changes";
import type { CheckFailure, Properties } from "./properties";
import type { ValueMap } from "./values";

/** A provider of resources and functions; `service.ts` puts it behind Pulumi's protocol. */
export interface Provider {
    readonly name: string;
    /** Version of the official plugin that it stands in for. */
    readonly version: string;
    readonly description: string;
    /** By type token: `command:local:Command`. */
    readonly resources: Readonly<Record<string, Resource>>;
    /** By token: `command:local:run`. */
    readonly functions: Readonly<Record<string, ProviderFunction>>;
}

/** What a call may do beside its answer. */
export interface Call {
    /** Aborted when the engine does not want the result any more, or the time for it is over. */
    readonly signal: AbortSignal;
    /** Shows a line to the user while the resource is worked on; it is gone when that is done. */
    readonly log: (line: string) => void;
}

export interface Resource {
    readonly summary: string;
    readonly inputs: Properties;
    /** Outputs beside the inputs, which are outputs too. One that `required: false` marks may be absent. */
    readonly outputs: Properties;
    /** What is wrong with inputs whose names and types are right. Default nothing. */
    readonly check?: (inputs: ValueMap) => readonly CheckFailure[];
    readonly diff: (request: DiffRequest) => readonly ResourceChange[];
    readonly create: (request: CreateRequest, call: Call) => Promise<Created>;
    /** Undefined when there is no such resource. */
    readonly read: (request: ReadRequest) => Promise<ReadResult | undefined>;
    /** @returns all outputs */
    readonly update: (request: UpdateRequest, call: Call) => Promise<ValueMap>;
    readonly delete: (request: DeleteRequest, call: Call) => Promise<void>;
}

export interface ResourceChange extends Change {
    readonly replace: boolean;
}

export interface DiffRequest {
    /** Outputs of the last create, update or read. */
    readonly state: ValueMap;
    readonly oldInputs: ValueMap;
    readonly inputs: ValueMap;
}

export interface CreateRequest {
    /** Name in the program. */
    readonly name: string;
    readonly inputs: ValueMap;
    /** Nothing may be done; what only doing it would tell is unknown. */
    readonly preview: boolean;
}

export interface Created {
    /** Empty in a preview. */
    readonly id: string;
    readonly outputs: ValueMap;
}

export interface ReadRequest {
    readonly id: string;
    /** Empty when a resource is imported. */
    readonly state: ValueMap;
    readonly inputs: ValueMap;
}

export interface ReadResult {
    readonly id: string;
    readonly state: ValueMap;
    readonly inputs: ValueMap;
}

export interface UpdateRequest {
    readonly id: string;
    readonly state: ValueMap;
    readonly inputs: ValueMap;
    readonly preview: boolean;
}

export interface DeleteRequest {
    readonly id: string;
    readonly state: ValueMap;
}

export interface ProviderFunction {
    readonly summary: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly invoke: (inputs: ValueMap, call: Call) => Promise<ValueMap>;
}
