import type { Layer } from "../config/layers";
import { quantityBytes } from "../core/quantity";

/** One bucket and the one consumer that reads and writes it. */
export interface BucketSpec {
    readonly name: string;
    /** The bucket is made when this layer is on; the layer's key is the only one that reaches it. */
    readonly consumer: "loki" | "tempo";
    /** Part of the data volume that it may fill, in percent. */
    readonly share: number;
}

/**
 * The buckets. Shares leave a tenth of the volume free: Garage deletes blocks some time after their objects, and
 * a full disk would stop every consumer where a full bucket stops only one.
 */
export const BUCKETS: readonly BucketSpec[] = [
    { name: "loki-chunks", consumer: "loki", share: 50 },
    { name: "loki-ruler", consumer: "loki", share: 5 },
    { name: "tempo-traces", consumer: "tempo", share: 35 },
];

/** A bucket as it should be. */
export interface DesiredBucket {
    readonly alias: string;
    /** Bytes. */
    readonly maxSize: number;
}

/** The buckets of the layers that are on; `dataSize` is the data volume's size, as a quantity. */
export function desiredBuckets(layers: readonly Layer[], dataSize: string): readonly DesiredBucket[] {
    return BUCKETS.filter(({ consumer }) => layers.includes(consumer)).map(({ name, share }) => ({
        alias: name,
        maxSize: Math.floor((quantityBytes(dataSize) * share) / 100),
    }));
}

/** Names of one consumer's buckets. */
export function bucketsOf(consumer: BucketSpec["consumer"]): readonly string[] {
    return BUCKETS.filter((bucket) => bucket.consumer === consumer).map(({ name }) => name);
}
