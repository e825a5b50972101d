import { status, type Server } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService, type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { addService, CallError, unary } from "../lib/handlers";
import type { Lifetime } from "../lib/lifetime";
import { changesBetween } from "./changes";
import type { EngineLog } from "./engine-log";
import { checkFailures, diffResponse } from "./messages";
import { checkProperties } from "./properties";
import type { Call, Provider, ProviderFunction, Resource } from "./provider";
import { packageSchema } from "./schema";
import { pick, type ValueMap } from "./values";
import { decode, encode } from "./wire";

/** Most milliseconds that a timer of Node takes; it fires at once for more. */
const LONGEST = 2 ** 31 - 1;

/** Answers Pulumi's provider protocol for a provider. */
export function addProvider(server: Server, provider: Provider, lifetime: Lifetime, log: EngineLog): void {
    const cancelled = new AbortController();

    /** Runs an operation that can be cancelled; the plugin does not go before it has ended. */
    const operate = async <T>(
        urn: string,
        seconds: number,
        caller: AbortSignal,
        work: (call: Call) => Promise<T>,
    ): Promise<T> => {
        const limits = seconds > 0 ? [AbortSignal.timeout(Math.min(Math.ceil(seconds * 1000), LONGEST))] : [];
        const signal = AbortSignal.any([cancelled.signal, lifetime.ending, caller, ...limits]);
        try {
            return await lifetime.hold(work({ signal, log: (line) => log.status(urn, line) }));
        } finally {
            await log.flushed();
        }
    };

    addService<IResourceProviderServer>(server, ResourceProviderService, {
        handshake: unary((request) => {
            if (request.getEngineAddress() !== "") log.connect(request.getEngineAddress());
            const response = new pb.ProviderHandshakeResponse();
            response.setAcceptSecrets(true);
            response.setAcceptResources(true);
            response.setAcceptOutputs(true);
            return response;
        }),
        attach: unary((request) => {
            log.connect(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(() => {
            const info = new PluginInfo();
            info.setVersion(provider.version);
            return info;
        }),
        getSchema: unary(() => {
            const response = new pb.GetSchemaResponse();
            response.setSchema(packageSchema(provider));
            return response;
        }),
        checkConfig: unary((request) => {
            const response = new pb.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),
        // Nothing depends on a configuration, so that a change of it replaces nothing.
        diffConfig: unary((request) => {
            const changes = changesBetween(decode(request.getOldInputs()), decode(request.getNews()));
            return diffResponse(changes.map((change) => ({ ...change, replace: false })));
        }),
        configure: unary(() => {
            const response = new pb.ConfigureResponse();
            response.setAcceptsecrets(true);
            response.setSupportspreview(true);
            response.setAcceptresources(true);
            response.setAcceptoutputs(true);
            return response;
        }),
        check: unary((request) => {
            const { resource, type } = find(provider, request.getUrn());
            const inputs = decode(request.getNews());
            const wrong = checkProperties(type, resource.inputs, inputs);
            const failures = wrong.length > 0 ? wrong : (resource.check?.(inputs) ?? []);
            const response = new pb.CheckResponse();
            response.setInputs(encode(inputs));
            response.setFailuresList(checkFailures(failures));
            return response;
        }),
        diff: unary((request) => {
            const { resource } = find(provider, request.getUrn());
            const state = decode(request.getOlds());
            const inputs = ignoring(request.getIgnorechangesList(), state, decode(request.getNews()));
            // An engine from before Pulumi 3.74 does not send them; the outputs hold them too.
            const oldInputs = request.hasOldInputs()
                ? decode(request.getOldInputs())
                : pick(state, Object.keys(resource.inputs));
            return diffResponse(resource.diff({ state, oldInputs, inputs }));
        }),
        create: unary(async (request, caller) => {
            const { resource, name } = find(provider, request.getUrn());
            const inputs = decode(request.getProperties());
            const { id, outputs } = await operate(request.getUrn(), request.getTimeout(), caller, (call) =>
                resource.create({ name, inputs, preview: request.getPreview() }, call),
            );
            const response = new pb.CreateResponse();
            response.setId(id);
            response.setProperties(encode(outputs));
            return response;
        }),
        read: unary(async (request, caller) => {
            const { resource } = find(provider, request.getUrn());
            const state = decode(request.getProperties());
            const inputs = decode(request.getInputs());
            const result = await operate(request.getUrn(), 0, caller, () =>
                resource.read({ id: request.getId(), state, inputs }),
            );
            const response = new pb.ReadResponse();
            if (result === undefined) return response;
            response.setId(result.id);
            response.setProperties(encode(result.state));
            response.setInputs(encode(result.inputs));
            return response;
        }),
        update: unary(async (request, caller) => {
            const { resource } = find(provider, request.getUrn());
            const state = decode(request.getOlds());
            const inputs = ignoring(request.getIgnorechangesList(), state, decode(request.getNews()));
            const outputs = await operate(request.getUrn(), request.getTimeout(), caller, (call) =>
                resource.update({ id: request.getId(), state, inputs, preview: request.getPreview() }, call),
            );
            const response = new pb.UpdateResponse();
            response.setProperties(encode(outputs));
            return response;
        }),
        delete: unary(async (request, caller) => {
            const { resource } = find(provider, request.getUrn());
            const state = decode(request.getProperties());
            await operate(request.getUrn(), request.getTimeout(), caller, (call) =>
                resource.delete({ id: request.getId(), state }, call),
            );
            return new Empty();
        }),
        invoke: unary(async (request, caller) => {
            const token = request.getTok();
            const found = findFunction(provider, token);
            const inputs = decode(request.getArgs());
            const failures = checkProperties(token, found.inputs, inputs);
            const response = new pb.InvokeResponse();
            response.setFailuresList(checkFailures(failures));
            if (failures.length > 0) return response;
            response.setReturn(encode(await operate("", 0, caller, (call) => found.invoke(inputs, call))));
            return response;
        }),
        cancel: unary(() => {
            cancelled.abort();
            return new Empty();
        }),
    });
}

/** Inputs in which the top-level properties that are to be ignored are what they were. */
function ignoring(properties: readonly string[], state: ValueMap, inputs: ValueMap): ValueMap {
    return { ...inputs, ...pick(state, properties) };
}

interface Found {
    readonly resource: Resource;
    /** Type token. */
    readonly type: string;
    /** Name in the program. */
    readonly name: string;
}

/** @param urn `urn:pulumi:<stack>::<project>::<parents' types, each with $><type>::<name>` */
function find(provider: Provider, urn: string): Found {
    const [, , types = "", ...name] = urn.split("::");
    const type = types.split("$").at(-1) ?? "";
    const resource = provider.resources[type];
    if (resource === undefined) throw missing(provider, "resource", type);
    return { resource, type, name: name.join("::") };
}

function findFunction(provider: Provider, token: string): ProviderFunction {
    const found = provider.functions[token];
    if (found === undefined) throw missing(provider, "function", token);
    return found;
}

function missing({ name, version, resources, functions }: Provider, kind: string, token: string): CallError {
    const has = [...Object.keys(resources), ...Object.keys(functions)].join(", ");
    return new CallError(
        `Hearth's stand-in for the ${name} provider has no ${kind} ${token}, only ${has}\n` +
            `    fix: install the official plugin where it can be downloaded: pulumi plugin install resource ${name} ${version}`,
        status.NOT_FOUND,
    );
}
