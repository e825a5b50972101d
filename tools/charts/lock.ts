import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHARTS_DIR } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { stableStringify } from "../../components/core/hash";
import { writeAtomically } from "./files";

/** File name → content hash of a chart without a published digest, as this checkout first saw it. */
export type Pins = Readonly<Record<string, string>>;

const LOCK_FILE = "lock.json";

/**
 * What was trusted on first use. A later archive of the same name and version with other content is refused: charts
 * are immutable once published, so it can only be a mistake or an attack.
 * @throws UserError when the file is there and is no list of pins; starting anew would forget what was trusted
 */
export function readPins(project: string): Pins {
    const path = join(project, CHARTS_DIR, LOCK_FILE);
    let text: string;
    try {
        text = readFileSync(path, "utf8");
    } catch {
        return {};
    }
    try {
        const value: unknown = JSON.parse(text);
        if (value !== null && typeof value === "object" && !Array.isArray(value)) {
            return Object.fromEntries(Object.entries(value).map(([file, hash]) => [file, String(hash)]));
        }
    } catch {
        // Falls through to the one error for everything that is no list of pins.
    }
    throw new UserError("charts cannot be verified", [
        {
            where: join(CHARTS_DIR, LOCK_FILE),
            what: "is not the list of pinned charts that Hearth wrote",
            fix: "delete it, if you trust the charts in that folder or delete them, too",
        },
    ]);
}

export function writePins(project: string, pins: Pins): void {
    writeAtomically(
        join(project, CHARTS_DIR, LOCK_FILE),
        `${JSON.stringify(JSON.parse(stableStringify(pins)), undefined, 4)}\n`,
    );
}
