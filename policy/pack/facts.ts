import { Config } from "@pulumi/pulumi";
import type { Facts } from "../model/rule";

/** What rules know of the stack, from the settings that the engine hands to the pack. */
export function stackFacts(config: Pick<Config, "get"> = new Config("hearth")): Facts {
    return {
        imagesByTag: (config.get("imageArchives") ?? "") !== "",
        ownCluster: config.get("cluster") !== "existing",
    };
}
