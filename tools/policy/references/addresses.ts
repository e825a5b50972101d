import type { Problem } from "../../../components/config/problems";
import { at, placesIn, type Value } from "../../../policy/model/value";
import { idOf, type Manifest } from "../manifests";
import { dangling, field, itemsOf, textOf, type World } from "./world";

/** `name.namespace.svc[.cluster.local][:port]`, wherever in a text. */
const ADDRESS =
    /(?<![\w.-])(?:[a-z0-9-]+\.)?([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?\.?(?::(\d+))?(?![\w-])/g;

/** Services that configurations, arguments and webhooks name by their address: each is there, with that port. */
export function addressReferences(world: World): readonly Problem[] {
    return [
        ...world.manifests.flatMap((manifest) => (isText(manifest) ? textReferences(world, manifest) : [])),
        ...world
            .all("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
            .flatMap((manifest) => webhooks(world, manifest)),
    ];
}

/** Descriptions of kinds have examples in them. */
function isText({ kind }: Manifest): boolean {
    return kind !== "CustomResourceDefinition";
}

function textReferences(world: World, manifest: Manifest): readonly Problem[] {
    const found = new Map<string, Problem>();
    for (const { value } of placesIn(wholeOf(manifest))) {
        for (const [text, name = "", namespace = "", port] of (textOf(value) ?? "").matchAll(ADDRESS)) {
            const problem = addressProblem(world, manifest, { name, namespace, port });
            if (problem !== undefined) found.set(text, problem);
        }
    }
    return [...found.values()];
}

function wholeOf(manifest: Manifest): Value {
    return Object.fromEntries(Object.keys(manifest).map((key) => [key, field(manifest, key) ?? null]));
}

function addressProblem(
    world: World,
    manifest: Manifest,
    { name, namespace, port }: { readonly name: string; readonly namespace: string; readonly port: string | undefined },
): Problem | undefined {
    if (!world.has("Service", namespace, name))
        return dangling(manifest, "an address in it", `Service ${namespace}/${name}`);
    const service = world.get("Service", namespace, name);
    if (service === undefined || port === undefined) return undefined;
    const headless = field(service, "spec", "clusterIP") === "None";
    const ports = itemsOf(field(service, "spec", "ports")).flatMap((one) => [at(one, "port"), at(one, "targetPort")]);
    if (headless || ports.some((known) => String(known) === port)) return undefined;
    return {
        where: idOf(manifest),
        what: `names port ${port} of Service ${namespace}/${name}, which does not have it`,
        fix: "correct the port, or add it to the Service",
    };
}

function webhooks(world: World, manifest: Manifest): readonly Problem[] {
    return itemsOf(field(manifest, "webhooks")).flatMap((hook, index) => {
        const [name, namespace] = ["name", "namespace"].map((key) => textOf(at(hook, "clientConfig", "service", key)));
        if (name === undefined || world.has("Service", namespace, name)) return [];
        return [dangling(manifest, `webhooks[${index}]`, `Service ${namespace ?? ""}/${name}`)];
    });
}
