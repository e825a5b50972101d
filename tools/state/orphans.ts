import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { programOf } from "./locks";

/** A plugin that runs, and the address of the engine that it works for. */
export interface Plugin {
    readonly pid: number;
    readonly port: number;
}

/**
 * The plugins in the output of `ps -o pid=,args=` that were started from Hearth's own homes of Pulumi.
 * @param homes folder of these homes
 */
export function pluginsIn(processes: string, homes: string): readonly Plugin[] {
    return processes.split("\n").flatMap((line) => {
        const [, pid, args = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
        if (!args.startsWith(homes + sep)) return [];
        const port = /\/pulumi-resource-[a-z-]+ 127\.0\.0\.1:(\d+)$/.exec(args.trim())?.[1];
        return port === undefined ? [] : [{ pid: Number(pid), port: Number(port) }];
    });
}

/**
 * Ends the providers whose engine was killed. Pulumi's own look for their engine every five minutes; until then they
 * go on with what they are at, such as an installation of a chart, under the hands of the next run.
 * @returns how many there were
 */
export async function endOrphans(cache: string): Promise<number> {
    const { stdout = "" } = spawnSync("ps", ["-axww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 2 ** 26 });
    const plugins = pluginsIn(stdout, join(cache, "pulumi-home"));
    const alive = await Promise.all(plugins.map(({ port }) => answers(port)));
    const orphans = plugins.filter((_plugin, index) => alive[index] === false);
    for (const { pid } of orphans) kill(pid);
    while (orphans.some(({ pid }) => programOf(pid) !== undefined)) await sleep(20);
    return orphans.length;
}

/** True when somebody listens on a port of this machine. */
function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        const settle = (answer: boolean): void => {
            socket.destroy();
            resolve(answer);
        };
        socket.once("connect", () => settle(true));
        socket.once("error", () => settle(false));
    });
}

function kill(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // It has just ended.
    }
}
