// Made by `npm run types` from the description of a running server. Not to be edited.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AnalysesAnswer
         * @description The menu of analyses.
         */
        AnalysesAnswer: {
            /**
             * Analyses
             * @description In the order to be shown.
             */
            analyses: components["schemas"]["AnalysisInfo"][];
        };
        /**
         * AnalysisInfo
         * @description An analysis in the menu.
         */
        AnalysisInfo: {
            /**
             * Name
             * @description Its name.
             */
            name: string;
            /**
             * Group
             * @description Where it stands.
             */
            group: string;
            /** @description That, in words. */
            group_title: components["schemas"]["Said"];
            /** @description What it is called. */
            title: components["schemas"]["Said"];
            /** @description What it answers. */
            help: components["schemas"]["Said"];
            /**
             * Form
             * @description What it may be asked.
             */
            form: components["schemas"]["FieldInfo"][];
        };
        /**
         * Bullets
         * @description A list of sentences.
         */
        Bullets: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "bullets";
            /** Items */
            items: string[];
        };
        /**
         * Card
         * @description A number to be seen first.
         */
        Card: {
            /** Title */
            title: string;
            cell: components["schemas"]["Cell"];
            /** Note */
            note: string;
        };
        /**
         * Cards
         * @description Numbers to be seen first.
         */
        Cards: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "cards";
            /** Cards */
            cards: components["schemas"]["Card"][];
        };
        /**
         * Caveat
         * @description What to know before using a number.
         */
        Caveat: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "caveat";
            /** Text */
            text: string;
        };
        /**
         * Cell
         * @description A value, the ends of its interval where it has one, and the characters of all of it.
         */
        Cell: {
            /** Value */
            value: boolean | number | string | null;
            /** Text */
            text: string;
            /** Low */
            low: number | null;
            /** High */
            high: number | null;
            /**
             * Sources
             * @default []
             */
            sources: components["schemas"]["Source"][];
        };
        /**
         * Chart
         * @description A figure; ``svg`` is empty where no figures were asked for.
         */
        Chart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "chart";
            /** Key */
            key: string;
            /** Title */
            title: string;
            /** Alternative */
            alternative: string;
            /** Caption */
            caption: string;
            /** Wide */
            wide: boolean;
            /** Svg */
            svg: string;
            numbers: components["schemas"]["Table"] | null;
        };
        /**
         * ChoiceInfo
         * @description What may be chosen.
         */
        ChoiceInfo: {
            /**
             * Value
             * @description As it is asked for.
             */
            value: string;
            /** @description What it is. */
            title: components["schemas"]["Said"];
        };
        /**
         * ChoicesAnswer
         * @description What may be chosen where values are keys, such as those of a case's levers.
         */
        ChoicesAnswer: {
            /**
             * Choices
             * @description By name of the field.
             */
            choices: {
                [key: string]: components["schemas"]["ChoiceInfo"][];
            };
        };
        /**
         * Entry
         * @description An entry of the provenance.
         */
        Entry: {
            /** Title */
            title: string;
            /** Value */
            value: string;
        };
        /**
         * Evidence
         * @description A source; its link leads to the web or is empty.
         */
        Evidence: {
            /** Key */
            key: string;
            /** Text */
            text: string;
            /** Link */
            link: string;
        };
        /**
         * FaultInfo
         * @description One thing wrong in one place.
         */
        FaultInfo: {
            /**
             * Field
             * @description Where in the request; or the key, column or cell of an uploaded file.
             */
            field: string;
            /**
             * Code
             * @description What kind of fault it is; the same in every language.
             */
            code: string;
            /**
             * File
             * @description ``request``, or the file or sheet of an upload.
             */
            file: string;
            /**
             * Line
             * @description Line or row in it.
             */
            line: number | null;
            /** @description What is wrong. */
            cause: components["schemas"]["Said"];
            /** @description How to mend it. */
            repair: components["schemas"]["Said"];
        };
        /**
         * FieldInfo
         * @description A parameter of an analysis, as a form asks for it.
         */
        FieldInfo: {
            /**
             * Name
             * @description Its name in ``params``.
             */
            name: string;
            /**
             * Type
             * @description case, string, list (of strings), integer, number, boolean or choice.
             */
            type: string;
            /** @description What it is. */
            title: components["schemas"]["Said"];
            /** @description What it means. */
            help: components["schemas"]["Said"];
            /**
             * Required
             * @description Whether it must be given.
             */
            required: boolean;
            /**
             * Default
             * @description What it is otherwise.
             */
            default: unknown;
            /**
             * Minimum
             * @description Least value.
             */
            minimum: number | null;
            /**
             * Maximum
             * @description Largest value.
             */
            maximum: number | null;
            /** @description The default in words, where it is no plain value. */
            usual: components["schemas"]["Said"] | null;
            /**
             * Keyed
             * @description Whether its values are keys, of which ``choices`` of the analysis tells those of a case.
             */
            keyed: boolean;
            /**
             * Choices
             * @description What may be chosen of anything.
             */
            choices: components["schemas"]["ChoiceInfo"][];
        };
        /**
         * Group
         * @description A head of some rows.
         */
        Group: {
            /** Title */
            title: string;
            /** Rows */
            rows: number;
        };
        /**
         * Head
         * @description A column's head: its title, and its title with the unit.
         */
        Head: {
            /** Key */
            key: string;
            /** Title */
            title: string;
            /** Head */
            head: string;
            /** Unit */
            unit: string;
            kind: components["schemas"]["Kind"];
            /** Numeric */
            numeric: boolean;
            /** Meaning */
            meaning: string;
        };
        /**
         * JobInfo
         * @description A job.
         */
        JobInfo: {
            /**
             * Id
             * @description Its id.
             */
            id: string;
            /**
             * Kind
             * @description run, report or analysis.
             */
            kind: string;
            /**
             * Analysis
             * @description Name of the analysis; empty for another kind.
             */
            analysis: string;
            /**
             * State
             * @description queued, running, done, failed or cancelled.
             */
            state: string;
            /** @description That, in words. */
            state_title: components["schemas"]["Said"];
            /**
             * Case
             * @description The case.
             */
            case: string;
            /** @description What it is about. */
            title: components["schemas"]["Said"];
            /**
             * Runs
             * @description Runs for each arm.
             */
            runs: number | null;
            /**
             * Created
             * @description When it came.
             */
            created: string;
            /**
             * Started
             * @description When it began; empty until then.
             */
            started: string;
            /**
             * Ended
             * @description When it ended; empty until then.
             */
            ended: string;
            /**
             * Place
             * @description Its place in the queue: 1 is next, 0 is running or over.
             */
            place: number;
            /**
             * Stage
             * @description What is being done.
             */
            stage: string;
            /** @description That, in words. */
            stage_title: components["schemas"]["Said"];
            /**
             * Done
             * @description How much of it is done.
             */
            done: number;
            /**
             * Total
             * @description How much there is.
             */
            total: number;
            /**
             * Seconds Left
             * @description Seconds it may still take.
             */
            seconds_left: number | null;
            /**
             * Identity
             * @description Identity of the result; empty until it is done.
             */
            identity: string;
            /**
             * Has Page
             * @description Whether a page was written.
             */
            has_page: boolean;
            /**
             * Reused
             * @description Whether the result was there already.
             */
            reused: boolean;
            /**
             * Attempts
             * @description How often it was begun: more than once if its process died.
             */
            attempts: number;
            /**
             * Mine
             * @description Whether it is this client's own.
             */
            mine: boolean;
            /**
             * Trouble
             * @description Why it failed.
             */
            trouble: {
                [key: string]: unknown;
            }[];
        };
        /**
         * Jobs
         * @description The jobs of the server.
         */
        Jobs: {
            /**
             * Jobs
             * @description Newest first.
             */
            jobs: components["schemas"]["JobInfo"][];
        };
        /**
         * Kind
         * @description What a column's values are; it decides how they are written and set.
         * @enum {string}
         */
        Kind: "text" | "note" | "quarter" | "count" | "number" | "change" | "share" | "points" | "flag" | "source";
        /**
         * Page
         * @description A document, whole.
         */
        Page: {
            /** Key */
            key: string;
            /**
             * Lang
             * @enum {string}
             */
            lang: "en" | "zh";
            /** Title */
            title: string;
            /** Headline */
            headline: string;
            /** Trust */
            trust: string;
            /** Trust State */
            trust_state: string;
            /** Sections */
            sections: components["schemas"]["Section"][];
            /** Evidence */
            evidence: components["schemas"]["Evidence"][];
            /** Provenance */
            provenance: components["schemas"]["Entry"][];
        };
        /**
         * Paragraph
         * @description Sentences.
         */
        Paragraph: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "paragraph";
            /** Text */
            text: string;
        };
        /**
         * ProblemInfo
         * @description What is wrong, and how to mend it.
         */
        ProblemInfo: {
            /**
             * Type
             * @description Address of what is said of this kind of problem.
             */
            type: string;
            /**
             * Title
             * @description What is wrong, in the language asked for.
             */
            title: string;
            /**
             * Status
             * @description The HTTP status.
             */
            status: number;
            /**
             * Detail
             * @description How to mend it, in the language asked for.
             */
            detail: string;
            /**
             * Code
             * @description What kind of problem it is; the same in every language.
             */
            code: string;
            /** @description What is wrong, in both languages. */
            cause: components["schemas"]["Said"];
            /** @description How to mend it, in both languages. */
            repair: components["schemas"]["Said"];
            /**
             * Faults
             * @description Every single fault, with its place.
             */
            faults: components["schemas"]["FaultInfo"][];
        };
        /**
         * ResultInfo
         * @description A stored result.
         */
        ResultInfo: {
            /**
             * Run Id
             * @description Its run ID.
             */
            run_id: string;
            /**
             * Created
             * @description When it was stored, in UTC.
             */
            created: string;
            /**
             * Params
             * @description What was asked; no paths.
             */
            params: {
                [key: string]: unknown;
            };
        };
        /**
         * ResultsAnswer
         * @description Stored results of an analysis.
         */
        ResultsAnswer: {
            /**
             * Results
             * @description Newest first.
             */
            results: components["schemas"]["ResultInfo"][];
        };
        /**
         * Said
         * @description Words in both languages.
         */
        Said: {
            /**
             * En
             * @description In English.
             */
            en: string;
            /**
             * Zh
             * @description In Simplified Chinese.
             */
            zh: string;
        };
        /**
         * Section
         * @description Blocks under a title.
         */
        Section: {
            /** Key */
            key: string;
            /** Title */
            title: string;
            /** Folded */
            folded: boolean;
            /** Blocks */
            blocks: (components["schemas"]["Paragraph"] | components["schemas"]["Bullets"] | components["schemas"]["Caveat"] | components["schemas"]["Cards"] | components["schemas"]["Table"] | components["schemas"]["Chart"])[];
        };
        /**
         * Source
         * @description A source that a cell names, and whether the document lists it.
         */
        Source: {
            /** Key */
            key: string;
            /** Text */
            text: string;
            /** Listed */
            listed: boolean;
        };
        /**
         * Table
         * @description A table.
         *
         *     ``count`` is how many rows there are, also where they are left out, and ``empty`` says so where there are none.
         *     ``widths`` are the letters that each column needs, a Chinese character counting two: a number stays on one line, a
         *     text and a head may be broken.
         */
        Table: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "table";
            /** Key */
            key: string;
            /** Title */
            title: string;
            /** Columns */
            columns: components["schemas"]["Head"][];
            /** Rows */
            rows: components["schemas"]["Cell"][][];
            /** Groups */
            groups: components["schemas"]["Group"][];
            /** Note */
            note: string;
            /** Folded */
            folded: boolean;
            /** Count */
            count: number;
            /** Empty */
            empty: string;
            /** Widths */
            widths: number[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AnalysesAnswer = components['schemas']['AnalysesAnswer'];
export type AnalysisInfo = components['schemas']['AnalysisInfo'];
export type Bullets = components['schemas']['Bullets'];
export type Card = components['schemas']['Card'];
export type Cards = components['schemas']['Cards'];
export type Caveat = components['schemas']['Caveat'];
export type Cell = components['schemas']['Cell'];
export type Chart = components['schemas']['Chart'];
export type ChoiceInfo = components['schemas']['ChoiceInfo'];
export type ChoicesAnswer = components['schemas']['ChoicesAnswer'];
export type Entry = components['schemas']['Entry'];
export type Evidence = components['schemas']['Evidence'];
export type FaultInfo = components['schemas']['FaultInfo'];
export type FieldInfo = components['schemas']['FieldInfo'];
export type Group = components['schemas']['Group'];
export type Head = components['schemas']['Head'];
export type JobInfo = components['schemas']['JobInfo'];
export type Jobs = components['schemas']['Jobs'];
export type Kind = components['schemas']['Kind'];
export type Page = components['schemas']['Page'];
export type Paragraph = components['schemas']['Paragraph'];
export type ProblemInfo = components['schemas']['ProblemInfo'];
export type ResultInfo = components['schemas']['ResultInfo'];
export type ResultsAnswer = components['schemas']['ResultsAnswer'];
export type Said = components['schemas']['Said'];
export type Section = components['schemas']['Section'];
export type Source = components['schemas']['Source'];
export type Table = components['schemas']['Table'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
