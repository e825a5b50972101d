import { garageToml, GARAGE_PATHS, GARAGE_PORTS } from "../../components/storage/garage-config";
import type { S3Consumer, S3Key } from "../../components/secrets/values";
import { bootstrapInput } from "../../components/storage/bootstrap-input";
import { AdminApi } from "../../tools/garage/admin-api";
import { converge } from "../../tools/garage/bootstrap";
import { freePorts, statusOf, type Loopback } from "./loopback";
import { settings } from "./observability";
import { writeFiles } from "./programs";
import { moved } from "./relocation";

/** Keys that are as Garage wants them, for tests. */
export const S3_KEYS: Readonly<Record<S3Consumer, S3Key>> = {
    loki: { id: `GK${"1a".repeat(12)}`, secret: "2b".repeat(32) },
    tempo: { id: `GK${"3c".repeat(12)}`, secret: "4d".repeat(32) },
};

/** A Garage on loopback, with Hearth's configuration. */
export class Garage {
    public readonly adminToken = "admin-token-of-a-test";
    public readonly metricsToken = "metrics-token-of-a-test";

    private constructor(
        public readonly program: string,
        /** Address of S3. */
        public readonly endpoint: string,
        /** Address of the administration. */
        public readonly admin: string,
    ) {}

    /** Starts it and waits until it is healthy. @param toml its configuration, with the addresses of the cluster */
    public static async start(loopback: Loopback, program: string, toml = garageToml()): Promise<Garage> {
        const [s3 = 0, rpc = 0, admin = 0] = await freePorts(3);
        const folder = loopback.path("garage");
        const config = moved(toml, {
            [`0.0.0.0:${GARAGE_PORTS.s3}`]: `127.0.0.1:${s3}`,
            [`127.0.0.1:${GARAGE_PORTS.rpc}`]: `127.0.0.1:${rpc}`,
            [`0.0.0.0:${GARAGE_PORTS.admin}`]: `127.0.0.1:${admin}`,
            [GARAGE_PATHS.meta]: `${folder}/meta`,
            [GARAGE_PATHS.data]: `${folder}/data`,
        });
        writeFiles({ [`${folder}/garage.toml`]: config });
        const process = loopback.start(program, ["server", "--single-node"], {
            GARAGE_CONFIG_FILE: `${folder}/garage.toml`,
            GARAGE_RPC_SECRET: "5e".repeat(32),
            GARAGE_ADMIN_TOKEN: "admin-token-of-a-test",
            GARAGE_METRICS_TOKEN: "metrics-token-of-a-test",
        });
        const garage = new Garage(program, `http://127.0.0.1:${s3}`, `http://127.0.0.1:${admin}`);
        await process.until("Garage is healthy", async () => (await statusOf(`${garage.admin}/health`)) === 200);
        return garage;
    }

    /** Makes keys and buckets as the program does. @returns how many lines of changes it told */
    public async bootstrap(): Promise<number> {
        const { desired } = bootstrapInput(settings(), {
            kubeconfig: "",
            adminToken: this.adminToken,
            keys: S3_KEYS,
        });
        const told: string[] = [];
        await converge(new AdminApi(this.admin, this.adminToken), desired, (line) => told.push(line));
        // The last line is the sum.
        return told.length - 1;
    }
}
