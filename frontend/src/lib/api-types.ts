// Made by `npm run types` from the description of a running server. Not to be edited.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AnalysesAnswer */
        AnalysesAnswer: {
            analyses: components["schemas"]["AnalysisInfo"][];
        };
        /** AnalysisInfo */
        AnalysisInfo: {
            name: string;
            group: string;
            group_title: components["schemas"]["LocalizedText"];
            title: components["schemas"]["LocalizedText"];
            help: components["schemas"]["LocalizedText"];
            form: components["schemas"]["FieldInfo"][];
            workbook: components["schemas"]["LocalizedText"] | null;
        };
        /** ScenarioFlows */
        ScenarioFlows: {
            scenario: string;
            runs: number;
            arrows: components["schemas"]["ArrowFlow"][];
        };
        /** ArrowFlow */
        ArrowFlow: {
            link: string;
            median: (number | null)[];
            weight: (number | null)[];
        };
        /** ArrowInfo */
        ArrowInfo: {
            link: string;
            title: components["schemas"]["LocalizedText"];
            source_layer: string;
            target_layer: string;
            unit: string;
            unit_title: components["schemas"]["LocalizedText"];
            delay: number;
        };
        /** CalibrationInfo */
        CalibrationInfo: {
            cut: string;
            pairs: number;
            draws: number;
            runs: number;
            stale: boolean;
            targets: number;
        };
        /** CaseAnswer */
        CaseAnswer: {
            case: components["schemas"]["CaseName"];
            sides: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            levers: components["schemas"]["LeverInfo"][];
            notes: components["schemas"]["LocalizedText"][];
        };
        /** CaseName */
        CaseName: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            kind: string;
            kind_title: components["schemas"]["LocalizedText"];
            start: string;
            quarters: number;
            now: string;
            data_end: string;
            hash: string;
            uploaded: boolean;
            calibrated: boolean;
            cuts: string[];
            trust: components["schemas"]["TrustNote"];
        };
        /** Cases */
        Cases: {
            cases: components["schemas"]["CaseName"][];
            deleted: components["schemas"]["DeletedCase"][];
        };
        /** Choice */
        Choice: {
            value: string;
            title: components["schemas"]["LocalizedText"];
        };
        /** ChoicesAnswer */
        ChoicesAnswer: {
            choices: {
                [key: string]: components["schemas"]["Choice"][];
            };
            refused: components["schemas"]["LocalizedText"] | null;
        };
        /** ComparisonCondition */
        ComparisonCondition: {
            title: components["schemas"]["WrittenText"];
            meaning: components["schemas"]["WrittenText"];
            anchors: components["schemas"]["WrittenText"];
            steps: components["schemas"]["ShareStep"][];
            caveat: components["schemas"]["WrittenText"] | null;
        };
        /** Component */
        Component: {
            scale: string;
            name: string;
            numerator: string;
            low: number;
            high: number;
            unit: string;
            denominator: string | null;
        };
        /** CouplingAnswer */
        CouplingAnswer: {
            identity: string;
            case: components["schemas"]["CaseName"];
            quarters: string[];
            levels: number[];
            scenarios: components["schemas"]["CoupledScenario"][];
            indicators: components["schemas"]["Component"][];
            indicator_titles: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            grades: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            phases: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            renegotiations: string[];
            caveat: components["schemas"]["LocalizedText"];
            draws: components["schemas"]["DrawsNote"];
        };
        /** CoupledScenario */
        CoupledScenario: {
            key: string;
            title: components["schemas"]["LocalizedText"];
            coordination: (number | null)[][];
            coordination_corrected: (number | null)[][];
            coordination_null: (number | null)[][];
            coordination_corrected_null: (number | null)[][];
            scores: {
                [key: string]: (number | null)[];
            };
            grades: (string | null)[];
            phases: {
                [key: string]: (number | null)[];
            };
            sentence: components["schemas"]["LocalizedText"];
            null_sentence: components["schemas"]["LocalizedText"];
        };
        /** DatedValue */
        DatedValue: {
            date: string;
            values: {
                [key: string]: number;
            };
            grade: string;
            source: string[];
            note: components["schemas"]["LocalizedText"] | null;
        };
        /** Decision */
        Decision: {
            run_id: string;
            sentences: components["schemas"]["LocalizedText"][];
            since: string;
            pulled: string;
            horizon: string;
            general: boolean;
            before: components["schemas"]["Share"] | null;
            between: components["schemas"]["LocalizedText"] | null;
            sure: components["schemas"]["LocalizedText"][];
            runs: number;
            left_out: number;
            acceptable: number | null;
            states: number;
            structures: number;
            relevance: components["schemas"]["LocalizedText"];
            requirements: components["schemas"]["LocalizedText"][];
            sides: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            budgets: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            good: string;
            verdicts: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            levers: components["schemas"]["LeverStory"][];
            options: components["schemas"]["DecisionOption"][];
        };
        /** DecisionAnswer */
        DecisionAnswer: {
            found: components["schemas"]["Decision"] | null;
        };
        /** DecisionOption */
        DecisionOption: {
            key: string;
            title: components["schemas"]["LocalizedText"];
            reason: components["schemas"]["LocalizedText"];
            lever: string;
            effects: {
                [key: string]: components["schemas"]["OptionEffect"];
            };
            across: components["schemas"]["LocalizedText"];
            flips: boolean;
            acceptable: number | null;
            advice: string;
            advice_reason: components["schemas"]["LocalizedText"];
            losing: string[];
            twins: components["schemas"]["LocalizedText"][];
            scenario: {
                [key: string]: unknown;
            };
        };
        /** DeletedCase */
        DeletedCase: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            until: string;
        };
        /** DrawsNote */
        DrawsNote: {
            kind: string;
            words: components["schemas"]["LocalizedText"];
            cut: string | null;
            pairs: number | null;
        };
        /** EdgeInfo */
        EdgeInfo: {
            source_key: string;
            target_key: string;
            kind: string;
            strength: number;
            spans: [
                string,
                string | null
            ][];
        };
        /** EnterpriseInfo */
        EnterpriseInfo: {
            name: string;
            name_zh: string | null;
            country: string | null;
            country_title: components["schemas"]["LocalizedText"] | null;
            origin: string | null;
            sector: components["schemas"]["LocalizedText"] | null;
            status: string;
            registered: string | null;
            operating: string | null;
            grade: string;
            source: string[];
        };
        /** EventInfo */
        EventInfo: {
            key: string;
            date: string;
            quarter: string;
            scale: string;
            mechanism: string;
            mechanism_title: components["schemas"]["LocalizedText"];
            actors: components["schemas"]["LocalizedText"];
            event: components["schemas"]["LocalizedText"];
            grade: string;
            source: string[];
        };
        /** EvidenceAnswer */
        EvidenceAnswer: {
            case: components["schemas"]["CaseName"];
            events: components["schemas"]["EventInfo"][];
            series: components["schemas"]["SeriesInfo"][];
            context: components["schemas"]["SeriesInfo"][];
            enterprises: components["schemas"]["EnterpriseInfo"][];
            sources: {
                [key: string]: components["schemas"]["SourceInfo"];
            };
            grades: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
        };
        /** FaultInfo */
        FaultInfo: {
            field: string;
            code: string;
            file: string;
            line: number | null;
            cause: components["schemas"]["LocalizedText"];
            repair: components["schemas"]["LocalizedText"];
        };
        /** FieldInfo */
        FieldInfo: {
            name: string;
            type: string;
            title: components["schemas"]["LocalizedText"];
            help: components["schemas"]["LocalizedText"];
            required: boolean;
            default: unknown;
            minimum: number | null;
            maximum: number | null;
            usual: components["schemas"]["LocalizedText"] | null;
            keyed: boolean;
            closed: boolean;
            choices: components["schemas"]["Choice"][];
        };
        /** Group */
        Group: {
            title: string;
            rows: number;
        };
        /** Head */
        Head: {
            key: string;
            title: string;
            head: string;
            unit: string;
            kind: components["schemas"]["Kind"];
            numeric: boolean;
            meaning: string;
        };
        /** Headline */
        Headline: {
            value: number | null;
            low: number | null;
            high: number | null;
            middle: components["schemas"]["LocalizedText"];
            shown: components["schemas"]["LocalizedText"];
            band: components["schemas"]["LocalizedText"];
            planned: components["schemas"]["LocalizedText"] | null;
        };
        /** JobInfo */
        JobInfo: {
            id: string;
            kind: string;
            analysis: string;
            state: string;
            state_title: components["schemas"]["LocalizedText"];
            case: string;
            title: components["schemas"]["LocalizedText"];
            runs: number | null;
            created: string;
            started: string;
            ended: string;
            place: number;
            stage: string;
            stage_title: components["schemas"]["LocalizedText"];
            done: number;
            total: number;
            seconds_left: number | null;
            identity: string;
            has_page: boolean;
            reused: boolean;
            attempts: number;
            trouble: components["schemas"]["FaultInfo"][];
        };
        /** Jobs */
        Jobs: {
            jobs: components["schemas"]["JobInfo"][];
        };
        /**
         * Kind
         * @enum {string}
         */
        Kind: "text" | "note" | "quarter" | "count" | "number" | "change" | "share" | "points" | "flag" | "source";
        /** LandShare */
        LandShare: {
            value: number | null;
            low: number | null;
            high: number | null;
            middle: components["schemas"]["LocalizedText"];
            shown: components["schemas"]["LocalizedText"];
            band: components["schemas"]["LocalizedText"];
            planned: components["schemas"]["LocalizedText"] | null;
            /** @enum {string} */
            basis: "planned" | "serviced";
            title: components["schemas"]["LocalizedText"];
        };
        /** LayerInfo */
        LayerInfo: {
            key: string;
            submodel: string;
            title: components["schemas"]["LocalizedText"];
        };
        /** LeverInfo */
        LeverInfo: {
            key: string;
            form: string;
            title: components["schemas"]["LocalizedText"];
            unit: string;
            unit_title: components["schemas"]["LocalizedText"];
            low: number | null;
            high: number | null;
            slider: components["schemas"]["Slider"] | null;
            options: components["schemas"]["LeverOptionInfo"][];
            baseline: components["schemas"]["DatedValue"][];
            prior: string | null;
            moved: string | null;
            grade: string | null;
            source: components["schemas"]["LocalizedText"] | null;
        };
        /** LeverOptionInfo */
        LeverOptionInfo: {
            key: string;
            title: components["schemas"]["LocalizedText"];
            date: string | null;
            spans: [
                string,
                string | null
            ][];
            side: string | null;
        };
        /** LeverStory */
        LeverStory: {
            key: string;
            title: components["schemas"]["LocalizedText"];
            owner: components["schemas"]["LocalizedText"];
            reason: components["schemas"]["LocalizedText"];
            rests: components["schemas"]["LocalizedText"][];
        };
        /** LinkGroup */
        LinkGroup: {
            title: components["schemas"]["LocalizedText"];
            links: string[];
        };
        /** LinkMechanism */
        LinkMechanism: {
            link: string;
            title: components["schemas"]["LocalizedText"];
            unit: string;
            before: number | null;
            after: number | null;
            moved: number;
            alone: number | null;
            sentence: components["schemas"]["LocalizedText"];
        };
        /** LocalizedText */
        LocalizedText: {
            en: string;
            zh: string;
        };
        /** MethodAnswer */
        MethodAnswer: {
            parameters: components["schemas"]["ParameterInfo"][];
            outputs: components["schemas"]["OutputInfo"][];
            arrows: components["schemas"]["ArrowInfo"][];
            calibration: components["schemas"]["CalibrationInfo"] | null;
            limits: components["schemas"]["LocalizedText"][];
            made: components["schemas"]["VersionsInfo"];
        };
        /** NetworkAnswer */
        NetworkAnswer: {
            layers: components["schemas"]["LayerInfo"][];
            nodes: components["schemas"]["NodeInfo"][];
            edges: components["schemas"]["EdgeInfo"][];
            arrows: components["schemas"]["ArrowInfo"][];
            groups: {
                [key: string]: components["schemas"]["LinkGroup"];
            };
        };
        /** NodeInfo */
        NodeInfo: {
            key: string;
            layer: string;
            title: components["schemas"]["LocalizedText"];
            side: string | null;
            role: string;
            x: number;
            row: number;
            weight: number;
            spans: [
                string,
                string | null
            ][];
            source: string[];
        };
        /** ObservedPoint */
        ObservedPoint: {
            date: string;
            quarter: string;
            value: number;
            high: number | null;
            bound: string;
            grade: string;
            use: boolean;
            role: string;
            source: string[];
            note: components["schemas"]["LocalizedText"] | null;
            reported: number;
            reported_unit: string;
        };
        /** OptionEffect */
        OptionEffect: {
            value: number | null;
            low: number | null;
            high: number | null;
            middle: components["schemas"]["LocalizedText"];
            shown: components["schemas"]["LocalizedText"];
            sign: string;
            verdict: string;
        };
        /** OutcomeInfo */
        OutcomeInfo: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            meaning: components["schemas"]["LocalizedText"];
            good: boolean;
            colour: string;
        };
        /** OutcomePart */
        OutcomePart: {
            group: string;
            change: number[];
            error: number[];
        };
        /** OutcomeParts */
        OutcomeParts: {
            since: string;
            runs: number;
            before: number[];
            after: number[];
            parts: components["schemas"]["OutcomePart"][];
        };
        /** OutputInfo */
        OutputInfo: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            symbol: string;
            unit: string;
            unit_title: components["schemas"]["LocalizedText"];
            submodel: string;
            source: string;
        };
        /** Page */
        Page: {
            key: string;
            /** @enum {string} */
            lang: "en" | "zh";
            title: string;
            headline: string;
            trust: string;
            trust_state: string;
            sections: components["schemas"]["RenderedSection"][];
            evidence: components["schemas"]["RenderedEvidence"][];
            provenance: components["schemas"]["RenderedEntry"][];
        };
        /** ParameterInfo */
        ParameterInfo: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            symbol: string;
            unit: string;
            unit_title: components["schemas"]["LocalizedText"];
            submodel: string;
            low: number;
            high: number;
            default: number[];
            prior: string | null;
            moved: string;
            grade: string;
            source: components["schemas"]["LocalizedText"];
            prior_quantiles: number[] | null;
            posterior_quantiles: number[] | null;
        };
        /** ParkInfo */
        ParkInfo: {
            id: string;
            case: string | null;
            title: components["schemas"]["LocalizedText"];
            kind: string;
            kind_title: components["schemas"]["LocalizedText"];
            host_title: components["schemas"]["LocalizedText"];
            home_title: components["schemas"]["LocalizedText"];
            status_title: components["schemas"]["LocalizedText"] | null;
            words: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            values: {
                [key: string]: unknown;
            };
            source: string[];
            place: components["schemas"]["PlaceInfo"];
        };
        /** ParksAnswer */
        ParksAnswer: {
            parks: components["schemas"]["ParkInfo"][];
            scores: components["schemas"]["ScoreInfo"][];
            conditions: {
                [key: string]: components["schemas"]["ComparisonCondition"];
            };
            sources: {
                [key: string]: components["schemas"]["SourceInfo"];
            };
        };
        /** PlaceInfo */
        PlaceInfo: {
            title: components["schemas"]["LocalizedText"];
            longitude: number;
            latitude: number;
            grade: string;
            note: components["schemas"]["LocalizedText"] | null;
        };
        /** ProblemInfo */
        ProblemInfo: {
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            cause: components["schemas"]["LocalizedText"];
            repair: components["schemas"]["LocalizedText"];
            faults: components["schemas"]["FaultInfo"][];
        };
        /** Reading */
        Reading: {
            value: number | null;
            low: number | null;
            high: number | null;
            middle: components["schemas"]["LocalizedText"];
            shown: components["schemas"]["LocalizedText"];
        };
        /** RecordRow */
        RecordRow: {
            output: string;
            seen: number;
            within: number;
            misses: string[];
        };
        /** RenderedBullets */
        RenderedBullets: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "bullets";
            items: string[];
        };
        /** RenderedCard */
        RenderedCard: {
            title: string;
            cell: components["schemas"]["RenderedCell"];
            note: string;
        };
        /** RenderedCards */
        RenderedCards: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "cards";
            cards: components["schemas"]["RenderedCard"][];
            across: number;
        };
        /** RenderedCaveat */
        RenderedCaveat: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "caveat";
            text: string;
        };
        /** RenderedCell */
        RenderedCell: {
            value: boolean | number | string | null;
            text: string;
            low: number | null;
            high: number | null;
            sources: components["schemas"]["RenderedSource"][];
        };
        /** RenderedChart */
        RenderedChart: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "chart";
            key: string;
            title: string;
            alternative: string;
            caption: string;
            wide: boolean;
            svg: string;
            numbers: components["schemas"]["RenderedTable"] | null;
        };
        /** RenderedEntry */
        RenderedEntry: {
            title: string;
            value: string;
        };
        /** RenderedEvidence */
        RenderedEvidence: {
            key: string;
            text: string;
            link: string;
        };
        /** RenderedParagraph */
        RenderedParagraph: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "paragraph";
            text: string;
        };
        /** RenderedSection */
        RenderedSection: {
            key: string;
            title: string;
            folded: boolean;
            blocks: (components["schemas"]["RenderedParagraph"] | components["schemas"]["RenderedBullets"] | components["schemas"]["RenderedCaveat"] | components["schemas"]["RenderedCards"] | components["schemas"]["RenderedTable"] | components["schemas"]["RenderedChart"])[];
        };
        /** RenderedSource */
        RenderedSource: {
            key: string;
            text: string;
            listed: boolean;
        };
        /** RenderedTable */
        RenderedTable: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "table";
            key: string;
            title: string;
            columns: components["schemas"]["Head"][];
            rows: components["schemas"]["RenderedCell"][][];
            groups: components["schemas"]["Group"][];
            note: string;
            folded: boolean;
            count: number;
            empty: string;
            widths: number[];
        };
        /** ReproductionAnswer */
        ReproductionAnswer: {
            identity: string;
            /** @enum {string} */
            kind: "study" | "analysis";
            command: string;
            python: string;
            yaml: string | null;
            file: string | null;
            link: string | null;
            no_link: components["schemas"]["LocalizedText"] | null;
            notes: components["schemas"]["LocalizedText"][];
        };
        /** ResultInfo */
        ResultInfo: {
            run_id: string;
            created: string;
            params: {
                [key: string]: unknown;
            };
        };
        /** ResultsAnswer */
        ResultsAnswer: {
            results: components["schemas"]["ResultInfo"][];
        };
        /** SavedScenarioInfo */
        SavedScenarioInfo: {
            name: string;
            case: string;
            identity: string;
            scenario: {
                [key: string]: unknown;
            };
            created: string;
            updated: string;
        };
        /** ScenarioChange */
        ScenarioChange: {
            scenario: string;
            reference: string;
            pairs: number;
            begins: string | null;
            outcomes: components["schemas"]["ShareEffect"][];
            moves: {
                [key: string]: (components["schemas"]["RenderedParagraph"] | components["schemas"]["RenderedBullets"] | components["schemas"]["RenderedCaveat"] | components["schemas"]["RenderedCards"] | components["schemas"]["RenderedTable"] | components["schemas"]["RenderedChart"])[];
            };
            headlines: {
                [key: string]: components["schemas"]["Reading"];
            };
            bands: {
                [key: string]: (number | null)[][];
            };
            sentences: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
        };
        /** ScenarioList */
        ScenarioList: {
            scenarios: components["schemas"]["SavedScenarioInfo"][];
        };
        /** ScenarioResult */
        ScenarioResult: {
            key: string;
            title: components["schemas"]["LocalizedText"];
            runs: number;
            finished: number;
            outcomes: components["schemas"]["Share"][];
            headlines: {
                [key: string]: components["schemas"]["Headline"];
            };
            land: components["schemas"]["LandShare"] | null;
            bands: {
                [key: string]: (number | null)[][];
            };
            samples: {
                [key: string]: (number | null)[][];
            };
            sentences: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
        };
        /** ScoreInfo */
        ScoreInfo: {
            id: string;
            park: string;
            first_year: number;
            last_year: number;
            memberships: {
                [key: string]: number | null;
            };
            reasons: {
                [key: string]: components["schemas"]["LocalizedText"];
            };
            grade: string;
        };
        /** SeriesInfo */
        SeriesInfo: {
            variable: string;
            title: components["schemas"]["LocalizedText"];
            is_output: boolean;
            points: components["schemas"]["SeriesPoint"][];
        };
        /** SeriesPoint */
        SeriesPoint: {
            date: string;
            quarter: string;
            value: number;
            high: number | null;
            bound: string;
            grade: string;
            use: boolean;
            role: string;
            source: string[];
            note: components["schemas"]["LocalizedText"] | null;
            unit: string;
            unit_title: components["schemas"]["LocalizedText"];
            shown: components["schemas"]["LocalizedText"];
            basis: components["schemas"]["LocalizedText"];
            role_title: components["schemas"]["LocalizedText"];
        };
        /** Share */
        Share: {
            name: string;
            count: number;
            total: number;
            share: number;
            low: number;
            high: number;
        };
        /** ShareEffect */
        ShareEffect: {
            scenario: string;
            reference: string;
            measure: string;
            quarter: string;
            pairs: number;
            both: number;
            gained: number;
            lost: number;
            neither: number;
            low: number;
            high: number;
        };
        /** ShareStep */
        ShareStep: {
            least_percent: number;
            score: number;
        };
        /** SimulationAnswer */
        SimulationAnswer: {
            identity: string;
            study: {
                [key: string]: unknown;
            };
            case: components["schemas"]["CaseName"];
            quarters: string[];
            levels: number[];
            judged: string;
            now: string | null;
            today: string;
            outcomes: components["schemas"]["OutcomeInfo"][];
            outputs: {
                [key: string]: components["schemas"]["OutputInfo"];
            };
            scenarios: components["schemas"]["ScenarioResult"][];
            changes: components["schemas"]["ScenarioChange"][];
            observed: {
                [key: string]: components["schemas"]["ObservedPoint"][];
            };
            summary: components["schemas"]["LocalizedText"];
            caveats: components["schemas"]["LocalizedText"][];
            flows: components["schemas"]["ScenarioFlows"][] | null;
            why: components["schemas"]["Why"] | null;
            record: components["schemas"]["RecordRow"][] | null;
            links: components["schemas"]["OutcomeParts"] | null;
            draws: components["schemas"]["DrawsNote"];
            trust: components["schemas"]["TrustNote"];
            made: components["schemas"]["VersionsInfo"];
            seconds: number;
        };
        /** Slider */
        Slider: {
            low: number;
            high: number;
            step: number;
        };
        /** SourceInfo */
        SourceInfo: {
            key: string;
            outlet: components["schemas"]["LocalizedText"];
            title: string | null;
            date: string | null;
            url: string | null;
            read: string;
            language: string | null;
            note: components["schemas"]["LocalizedText"] | null;
        };
        /** Studies */
        Studies: {
            studies: components["schemas"]["StudyInfo"][];
        };
        /** StudyInfo */
        StudyInfo: {
            name: string;
            title: components["schemas"]["LocalizedText"];
            about: components["schemas"]["LocalizedText"];
            case: string;
            runs: number;
            draws: string;
            scenarios: {
                [key: string]: unknown;
            }[];
        };
        /** TrustNote */
        TrustNote: {
            state: string;
            kind: string;
            label: components["schemas"]["LocalizedText"];
            meaning: components["schemas"]["LocalizedText"];
            renew: components["schemas"]["LocalizedText"] | null;
            recorded: components["schemas"]["LocalizedText"] | null;
            outcomes_shown: boolean;
        };
        /** UploadAnswer */
        UploadAnswer: {
            case: components["schemas"]["CaseName"];
            most: number;
            notes: components["schemas"]["LocalizedText"][];
        };
        /** VersionsInfo */
        VersionsInfo: {
            code_version: string;
            model_version: number;
            case_hash: string;
            cpu_features: string;
            versions: {
                [key: string]: string;
            };
        };
        /** Why */
        Why: {
            scenario: string;
            reference: string;
            target: string;
            quarter: string;
            change: number | null;
            runs: number;
            mechanisms: components["schemas"]["LinkMechanism"][];
            method: components["schemas"]["LocalizedText"];
        };
        /** WrittenText */
        WrittenText: {
            en: string;
            zh: string;
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
export type ScenarioFlows = components['schemas']['ScenarioFlows'];
export type ArrowFlow = components['schemas']['ArrowFlow'];
export type ArrowInfo = components['schemas']['ArrowInfo'];
export type CalibrationInfo = components['schemas']['CalibrationInfo'];
export type CaseAnswer = components['schemas']['CaseAnswer'];
export type CaseName = components['schemas']['CaseName'];
export type Cases = components['schemas']['Cases'];
export type Choice = components['schemas']['Choice'];
export type ChoicesAnswer = components['schemas']['ChoicesAnswer'];
export type ComparisonCondition = components['schemas']['ComparisonCondition'];
export type Component = components['schemas']['Component'];
export type CouplingAnswer = components['schemas']['CouplingAnswer'];
export type CoupledScenario = components['schemas']['CoupledScenario'];
export type DatedValue = components['schemas']['DatedValue'];
export type Decision = components['schemas']['Decision'];
export type DecisionAnswer = components['schemas']['DecisionAnswer'];
export type DecisionOption = components['schemas']['DecisionOption'];
export type DeletedCase = components['schemas']['DeletedCase'];
export type DrawsNote = components['schemas']['DrawsNote'];
export type EdgeInfo = components['schemas']['EdgeInfo'];
export type EnterpriseInfo = components['schemas']['EnterpriseInfo'];
export type EventInfo = components['schemas']['EventInfo'];
export type EvidenceAnswer = components['schemas']['EvidenceAnswer'];
export type FaultInfo = components['schemas']['FaultInfo'];
export type FieldInfo = components['schemas']['FieldInfo'];
export type Group = components['schemas']['Group'];
export type Head = components['schemas']['Head'];
export type Headline = components['schemas']['Headline'];
export type JobInfo = components['schemas']['JobInfo'];
export type Jobs = components['schemas']['Jobs'];
export type Kind = components['schemas']['Kind'];
export type LandShare = components['schemas']['LandShare'];
export type LayerInfo = components['schemas']['LayerInfo'];
export type LeverInfo = components['schemas']['LeverInfo'];
export type LeverOptionInfo = components['schemas']['LeverOptionInfo'];
export type LeverStory = components['schemas']['LeverStory'];
export type LinkGroup = components['schemas']['LinkGroup'];
export type LinkMechanism = components['schemas']['LinkMechanism'];
export type LocalizedText = components['schemas']['LocalizedText'];
export type MethodAnswer = components['schemas']['MethodAnswer'];
export type NetworkAnswer = components['schemas']['NetworkAnswer'];
export type NodeInfo = components['schemas']['NodeInfo'];
export type ObservedPoint = components['schemas']['ObservedPoint'];
export type OptionEffect = components['schemas']['OptionEffect'];
export type OutcomeInfo = components['schemas']['OutcomeInfo'];
export type OutcomePart = components['schemas']['OutcomePart'];
export type OutcomeParts = components['schemas']['OutcomeParts'];
export type OutputInfo = components['schemas']['OutputInfo'];
export type Page = components['schemas']['Page'];
export type ParameterInfo = components['schemas']['ParameterInfo'];
export type ParkInfo = components['schemas']['ParkInfo'];
export type ParksAnswer = components['schemas']['ParksAnswer'];
export type PlaceInfo = components['schemas']['PlaceInfo'];
export type ProblemInfo = components['schemas']['ProblemInfo'];
export type Reading = components['schemas']['Reading'];
export type RecordRow = components['schemas']['RecordRow'];
export type RenderedBullets = components['schemas']['RenderedBullets'];
export type RenderedCard = components['schemas']['RenderedCard'];
export type RenderedCards = components['schemas']['RenderedCards'];
export type RenderedCaveat = components['schemas']['RenderedCaveat'];
export type RenderedCell = components['schemas']['RenderedCell'];
export type RenderedChart = components['schemas']['RenderedChart'];
export type RenderedEntry = components['schemas']['RenderedEntry'];
export type RenderedEvidence = components['schemas']['RenderedEvidence'];
export type RenderedParagraph = components['schemas']['RenderedParagraph'];
export type RenderedSection = components['schemas']['RenderedSection'];
export type RenderedSource = components['schemas']['RenderedSource'];
export type RenderedTable = components['schemas']['RenderedTable'];
export type ReproductionAnswer = components['schemas']['ReproductionAnswer'];
export type ResultInfo = components['schemas']['ResultInfo'];
export type ResultsAnswer = components['schemas']['ResultsAnswer'];
export type SavedScenarioInfo = components['schemas']['SavedScenarioInfo'];
export type ScenarioChange = components['schemas']['ScenarioChange'];
export type ScenarioList = components['schemas']['ScenarioList'];
export type ScenarioResult = components['schemas']['ScenarioResult'];
export type ScoreInfo = components['schemas']['ScoreInfo'];
export type SeriesInfo = components['schemas']['SeriesInfo'];
export type SeriesPoint = components['schemas']['SeriesPoint'];
export type Share = components['schemas']['Share'];
export type ShareEffect = components['schemas']['ShareEffect'];
export type ShareStep = components['schemas']['ShareStep'];
export type SimulationAnswer = components['schemas']['SimulationAnswer'];
export type Slider = components['schemas']['Slider'];
export type SourceInfo = components['schemas']['SourceInfo'];
export type Studies = components['schemas']['Studies'];
export type StudyInfo = components['schemas']['StudyInfo'];
export type TrustNote = components['schemas']['TrustNote'];
export type UploadAnswer = components['schemas']['UploadAnswer'];
export type VersionsInfo = components['schemas']['VersionsInfo'];
export type Why = components['schemas']['Why'];
export type WrittenText = components['schemas']['WrittenText'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
