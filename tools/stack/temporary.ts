import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT_DIR } from "../../components/config/paths";
import { programOf } from "../state/locks";

/**
 * A folder for the temporary files of one run and of what it starts, for as long as an action lasts: the Kubernetes
 * provider writes the cluster's kubeconfig into a temporary file at each start and leaves it there. What killed runs
 * left is removed.
 */
export async function withTemporaryFolder<T>(project: string, action: (folder: string) => Promise<T>): Promise<T> {
    const parent = join(project, CHECKOUT_DIR, "tmp");
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) {
        if (programOf(Number(name.split("-")[0])) === undefined)
            rmSync(join(parent, name), { recursive: true, force: true });
    }
    // Open to this user alone.
    const folder = mkdtempSync(join(parent, `${process.pid}-`));
    try {
        return await action(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
