import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { registryUrl } from "../../components/cluster/kind-config";
import type { Settings } from "../../components/config/defaults";
import { parseImage } from "../../components/config/images";
import { layersOf } from "../../components/config/layers";
import { neededOwnImages } from "../../components/config/own-images";
import { checkTypes } from "../../components/config/parse";
import { UserError } from "../../components/config/problems";
import { readEnvironment } from "../../components/config/read-environment";
import { engineOf, settingsOf } from "../../components/config/resolve";
import { settingProblems } from "../../components/config/rules";
import { imagesOf } from "../../components/config/stack-images";
import { projectRoot } from "../lib/paths";
import { readTestSettings, SETTINGS_VARIABLE } from "./kind-settings";

/** A registry that answers at all does so within this time. */
const REGISTRY_TIMEOUT_MS = 5000;

type Sources = Pick<
    Settings,
    "cni" | "collector" | "demo" | "gitops" | "imageArchives" | "images" | "kind" | "registries" | "registryMirrors"
> & {
    readonly layers: readonly string[];
};

/**
 * Addresses that the images of a stack have to come from; none where a folder has them.
 * @param hasNodeImage the container engine has the node image already
 */
export function registriesNeeded(settings: Sources, hasNodeImage: boolean): readonly string[] {
    const node = hasNodeImage ? [] : [registryUrl(parseImage(settings.kind.image)?.registry ?? "")];
    const pods = podImages(settings).map((reference) => {
        const { registry = "" } = parseImage(reference) ?? {};
        return settings.registryMirrors[registry] ?? registryUrl(registry);
    });
    return [...new Set([...node, ...pods])];
}

function podImages(settings: Sources): readonly string[] {
    const { collector, demo, imageArchives, images: overrides, registries } = settings;
    if (imageArchives !== undefined) return [];
    const layers = layersOf(settings);
    const ours = neededOwnImages({ cluster: { provider: "kind" }, layers, collector, demo, images: { overrides } });
    return imagesOf({ layers, collector, demo, images: { overrides, registries, byTagOnly: false } })
        .filter(({ id }) => !ours.some((own) => own === id))
        .map(({ reference }) => reference);
}

/**
 * Why there can be no real Kind cluster on this machine, as a person would say it; undefined when there can.
 * @param preset the stack whose settings the tests' stack begins with
 */
export async function kindObstacle(preset = "dev-fast"): Promise<string | undefined> {
    const settings = settingsOrReason(preset);
    if (typeof settings === "string") return settings;
    const { containerEngine: asked, imageArchives, kind } = settings;
    const { engines } = readEnvironment(projectRoot(), preset, settings);
    const engine = engineOf(settings, engines);
    if (engine === undefined) {
        return asked === "auto" ? "no container engine answers (docker, podman, nerdctl)" : `${asked} does not answer`;
    }
    if (imageArchives !== undefined && !existsSync(imageArchives)) {
        return `hearth:imageArchives is ${imageArchives}, and there is no such folder`;
    }
    // What is wrong with settings, `up` says.
    if (settingProblems(settings).length > 0) return undefined;
    const needed = registriesNeeded(settings, hasImage(engine, kind.image));
    const answers = await Promise.all(needed.map(isThere));
    const silent = needed.filter((_url, index) => answers[index] === false);
    if (silent.length === 0) return undefined;
    return `no answer from ${silent.join(", ")}, and ${SETTINGS_VARIABLE} names no settings that do without`;
}

function settingsOrReason(preset: string): Settings | string {
    try {
        return settingsOf(checkTypes(readTestSettings(projectRoot(), preset)).settings);
    } catch (error) {
        if (error instanceof UserError) return error.problems.map(({ where, what }) => `${where}: ${what}`).join("; ");
        throw error;
    }
}

function hasImage(engine: string, image: string): boolean {
    return spawnSync(engine, ["image", "inspect", image], { stdio: "ignore" }).status === 0;
}

async function isThere(registry: string): Promise<boolean> {
    try {
        // Any answer is one: without credentials it is 401.
        await fetch(`${registry}/v2/`, { method: "HEAD", signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) });
        return true;
    } catch {
        return false;
    }
}
