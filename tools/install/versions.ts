import type { VersionRange } from "./tool-spec";

type Version = readonly [number, number, number];

/** The first group of a pattern in what a tool prints; undefined when it is not there. */
export function versionIn(text: string, pattern: RegExp): string | undefined {
    return pattern.exec(text)?.[1];
}

/** True when a version is in a range. Anything after `1.2.3` (a distributor's suffix) does not count. */
export function accepts({ from, below }: VersionRange, version: string): boolean {
    const parsed = parse(version);
    if (parsed === undefined) return false;
    const atLeast = compare(parsed, required(from)) >= 0;
    return atLeast && (below === undefined || compare(parsed, required(below)) < 0);
}

/** A range as a person writes it. */
export function rangeText({ from, below }: VersionRange): string {
    return below === undefined ? `${from} or newer` : `${from} or newer, but below ${below}`;
}

function parse(version: string): Version | undefined {
    const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
    if (match === null) return undefined;
    const [, major = "0", minor = "0", patch = "0"] = match;
    return [Number(major), Number(minor), Number(patch)];
}

function required(version: string): Version {
    const parsed = parse(version);
    if (parsed === undefined) throw new Error(`${version} is no version`);
    return parsed;
}

function compare(a: Version, b: Version): number {
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
