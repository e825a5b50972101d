/**
 * Series by their selector, with values a minute apart in promtool's notation: `0x9` is ten times 0, `0+60x9` begins
 * at 0 and gains 60 a minute, that is, one per second.
 */
export type SeriesValues = Readonly<Record<string, string>>;

/** A situation in which an alert fires. */
export interface Firing {
    readonly series: SeriesValues;
    /** Minutes after the beginning. */
    readonly minute: number;
    /** Labels beside the severity. */
    readonly labels: Readonly<Record<string, string>>;
    /** As a person reads it. */
    readonly summary: string;
    /** As a person reads it; that of the rule where it has no template. */
    readonly description?: string;
}

/** A situation that is near to it, and in which it does not. */
export interface Silent {
    readonly series: SeriesValues;
    readonly minute: number;
}

/** Situations of one alert. */
export interface AlertCases {
    readonly fires: readonly Firing[];
    /** Absent only for what always fires. */
    readonly silent?: readonly Silent[];
}

/** Situations by the name of the alert. */
export type CasesByAlert = Readonly<Record<string, AlertCases>>;
