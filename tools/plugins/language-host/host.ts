import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService, type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
    AboutResponse,
    DependencyInfo,
    GetProgramDependenciesResponse,
    GetRequiredPackagesResponse,
    GetRequiredPluginsResponse,
    LanguageHandshakeResponse,
    RuntimeOptionsResponse,
    type InstallDependenciesResponse,
    type ProgramInfo,
    type RunPluginResponse,
} from "@pulumi/pulumi/proto/language_pb";
import {
    PackageDependency,
    PackageParameterization,
    PluginDependency,
    PluginInfo,
} from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PluginArguments } from "../lib/arguments";
import { addService, CallError, streaming, unary } from "../lib/handlers";
import type { Lifetime } from "../lib/lifetime";
import { watchEngine } from "../lib/watch";
import { installedPackages } from "./packages";
import { programFolder, type Host } from "./programs";
import { requirements, type Requirement } from "./requirements";

/** What a language host stands on. */
export interface HostOptions extends Pick<PluginArguments, "engine" | "tracing"> {
    readonly lifetime: Lifetime;
    /** Where output of programs goes. Default this process' own. */
    readonly stdout?: (chunk: Buffer) => void;
    readonly stderr?: (chunk: Buffer) => void;
}

/**
 * Adds Pulumi's language runtime for Node to a server: what `pulumi` needs for programs, policy packs and plugins in
 * TypeScript. Code generation (`pulumi convert`, `pulumi package add`) is left to Pulumi's own host.
 */
export function addLanguageHost(server: grpc.Server, options: HostOptions): void {
    const { lifetime, tracing } = options;
    const stdout = options.stdout ?? ((chunk) => void process.stdout.write(chunk));
    const stderr = options.stderr ?? ((chunk) => void process.stderr.write(chunk));
    const cancel = new AbortController();
    let engine = options.engine;
    const host: Host = {
        lifetime,
        cancelled: cancel.signal,
        ...(tracing === undefined ? {} : { tracing }),
        engine: () => {
            if (engine !== undefined) return engine;
            const message = "the engine's address is not known: it has to be the host's argument, or come by Handshake";
            throw new CallError(message, grpc.status.FAILED_PRECONDITION);
        },
    };
    const required = (info: ProgramInfo | undefined): readonly Requirement[] => {
        const { plugins, warnings } = requirements(installedPackages(programFolder(info)));
        for (const warning of warnings) stderr(Buffer.from(`${warning}\n`));
        return plugins;
    };
    addService<ILanguageRuntimeServer>(server, LanguageRuntimeService, {
        handshake: unary((request) => {
            const address = request.getEngineAddress();
            if (address !== "" && address !== engine) watchEngine(address, () => lifetime.end());
            if (address !== "") engine = address;
            return new LanguageHandshakeResponse();
        }),
        getPluginInfo: unary(() => filled(new PluginInfo(), (info) => info.setVersion(version))),
        getRequiredPlugins: unary((request) =>
            filled(new GetRequiredPluginsResponse(), (response) =>
                response.setPluginsList(required(request.getInfo()).map(pluginMessage)),
            ),
        ),
        getRequiredPackages: unary((request) =>
            filled(new GetRequiredPackagesResponse(), (response) =>
                response.setPackagesList(required(request.getInfo()).map(packageMessage)),
            ),
        ),
        run: unary(async (request, call) =>
            (await import("./run")).runProgram(request, host, { stdout, stderr }, call),
        ),
        runPlugin: streaming(async (request, send: (message: RunPluginResponse) => Promise<void>, call) =>
            (await import("./plugin")).runPlugin(request, host, send, call),
        ),
        installDependencies: streaming(
            async (request, send: (message: InstallDependenciesResponse) => Promise<void>, call) =>
                (await import("./install")).installDependencies(request, host, send, call),
        ),
        runtimeOptionsPrompts: unary(() => new RuntimeOptionsResponse()),
        getProgramDependencies: unary((request) =>
            filled(new GetProgramDependenciesResponse(), (response) => {
                const packages = installedPackages(programFolder(request.getInfo()));
                const wanted = packages.filter(({ direct }) => direct || request.getTransitivedependencies());
                response.setDependenciesList(wanted.map(({ manifest }) => dependencyMessage(manifest)));
            }),
        ),
        about: unary(async (request, call) => {
            const metadata = await (await import("./install")).aboutPackageManager(request.getInfo(), host, call);
            return filled(new AboutResponse(), (response) => {
                response.setExecutable(process.execPath);
                response.setVersion(process.version);
                for (const [name, value] of metadata) response.getMetadataMap().set(name, value);
            });
        }),
        cancel: unary(() => {
            cancel.abort();
            return new Empty();
        }),
    });
}

/** A message after `fill` has set its fields. */
function filled<T>(message: T, fill: (message: T) => void): T {
    fill(message);
    return message;
}

function pluginMessage({ name, version, server }: Requirement): PluginDependency {
    return filled(new PluginDependency(), (message) => {
        message.setName(name);
        message.setKind("resource");
        message.setVersion(version);
        message.setServer(server ?? "");
    });
}

function packageMessage({ name, version, server, parameterization }: Requirement): PackageDependency {
    return filled(new PackageDependency(), (message) => {
        message.setName(name);
        message.setKind("resource");
        message.setVersion(version);
        message.setServer(server ?? "");
        if (parameterization === undefined) return;
        const parameters = new PackageParameterization();
        parameters.setName(parameterization.name);
        parameters.setVersion(parameterization.version);
        parameters.setValue(parameterization.value);
        message.setParameterization(parameters);
    });
}

function dependencyMessage({ name, version }: { readonly name: string; readonly version: string }): DependencyInfo {
    return filled(new DependencyInfo(), (message) => {
        message.setName(name);
        message.setVersion(version);
    });
}
