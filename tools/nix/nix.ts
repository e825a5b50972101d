import { programOnPath } from "../install/on-path";
import { cacheDir } from "../lib/paths";
import { capture, type Environment } from "../lib/process";

/** Nix's features that flakes need; not every installation has them on. */
const FEATURES = ["--extra-experimental-features", "nix-command flakes"];

/** Lines of trouble that are no trouble: Nix tells of each input that `--override-input` replaces. */
const NOISE = /^(warning: not writing modified lock file|• |\s+('|→))/;

/** How Nix ended. */
export interface NixResult {
    readonly status: number;
    readonly stdout: string;
    /** What it said, without what it says in any case. */
    readonly stderr: string;
}

/** The path of `nix`; undefined where there is none, which is nothing wrong: nothing of Hearth needs it to run. */
export function nixOnPath(env: Environment = process.env): string | undefined {
    return programOnPath("nix", env["PATH"] ?? "", cacheDir());
}

/**
 * What Nix calls a machine: `x86_64-linux`.
 * @returns undefined for one that the flake is not made for
 */
export function nixSystem(platform: string = process.platform, arch: string = process.arch): string | undefined {
    const cpu = { x64: "x86_64", arm64: "aarch64" }[arch];
    const os = { linux: "linux", darwin: "darwin" }[platform];
    return cpu === undefined || os === undefined ? undefined : `${cpu}-${os}`;
}

/** Runs Nix in a folder. */
export async function runNix(nix: string, folder: string, args: readonly string[]): Promise<NixResult> {
    const { status, stdout, stderr } = await capture(nix, [...FEATURES, ...args], { cwd: folder });
    const lines = stderr.split("\n").filter((line) => !NOISE.test(line));
    return { status, stdout, stderr: lines.join("\n").trim() };
}
