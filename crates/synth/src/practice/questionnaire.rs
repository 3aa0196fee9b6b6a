//! The forms patients fill in.

use crate::chart::Chart;
use crate::concept::{Concept, Profile, loinc};
use crate::datatype::Ref;
use crate::json::Json;
use crate::moment::Moment;

/// One form.
#[derive(Debug)]
pub(crate) struct Form {
    /// Its canonical URL.
    pub(crate) canonical: &'static str,
    pub(crate) title: &'static str,
    /// The code of the form as a whole.
    pub(crate) code: Concept,
    pub(crate) questions: &'static [Question],
    /// Whether the questions stand in a group of their own.
    pub(crate) is_grouped: bool,
}

/// One question of a form.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) link_id: &'static str,
    pub(crate) code: Concept,
    /// What may be chosen; empty means free text.
    pub(crate) answers: &'static [Concept],
}

/// Every form of the practice.
pub(crate) const ALL: [&Form; 2] = [&PHQ_9, &SOCIAL_NEEDS];

/// Link id and text of the sum of all answers.
pub(crate) const TOTAL: (&str, &str) = ("total", "Sum of the answers");

/// Link id and text of what else there is to say.
pub(crate) const REMARK: (&str, &str) = ("remark", "Anything else we should know");

/// How often, as the Patient Health Questionnaire asks.
pub(crate) const FREQUENCY: &[Concept] = &[
    loinc("LA6568-5", "Not at all"),
    loinc("LA6569-3", "Several days"),
    loinc("LA6570-1", "More than half the days"),
    loinc("LA6571-9", "Nearly every day"),
];

const YES_NO: &[Concept] = &[loinc("LA32-8", "No"), loinc("LA33-6", "Yes")];

/// The Patient Health Questionnaire with nine items: a screening for depression.
pub(crate) const PHQ_9: Form = Form {
    canonical: "https://saguaro.example/Questionnaire/phq-9",
    title: "Patient Health Questionnaire 9 item",
    is_grouped: true,
    code: loinc(
        "44249-1",
        "PHQ-9 quick depression assessment panel [Reported.PHQ]",
    ),
    questions: &[
        asked(
            "44250-9",
            "Little interest or pleasure in doing things in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44255-8",
            "Feeling down, depressed, or hopeless in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44259-0",
            "Trouble falling or staying asleep, or sleeping too much in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44254-1",
            "Feeling tired or having little energy in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44251-7",
            "Poor appetite or overeating in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44258-2",
            "Feeling bad about yourself - or that you are a failure or have let yourself or your family down in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44252-5",
            "Trouble concentrating on things, such as reading the newspaper or watching television in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44253-3",
            "Moving or speaking so slowly that other people could have noticed. Or the opposite - being so fidgety or restless that you have been moving around a lot more than usual in last 2 weeks",
            FREQUENCY,
        ),
        asked(
            "44260-8",
            "Thoughts that you would be better off dead, or of hurting yourself in some way in last 2 weeks",
            FREQUENCY,
        ),
    ],
};

/// What the practice asks about the circumstances of life.
pub(crate) const SOCIAL_NEEDS: Form = Form {
    canonical: "https://saguaro.example/Questionnaire/social-needs",
    title: "Health-related social needs",
    is_grouped: false,
    code: loinc(
        "96777-8",
        "Accountable health communities (AHC) health-related social needs screening (HRSN) tool",
    ),
    questions: &[
        asked("71802-3", "Housing status", HOUSING),
        asked(
            "88122-7",
            "Within the past 12 months we worried whether our food would run out before we got money to buy more [U.S. FSS]",
            HOW_TRUE,
        ),
        asked(
            "93030-5",
            "Has lack of transportation kept you from medical appointments, meetings, work, or from getting things needed for daily living",
            YES_NO,
        ),
    ],
};

const HOUSING: &[Concept] = &[
    loinc("LA31993-1", "I have a steady place to live"),
    loinc(
        "LA31994-9",
        "I have a place to live today, but I am worried about losing it in the future",
    ),
];

const HOW_TRUE: &[Concept] = &[
    loinc("LA28398-8", "Never true"),
    loinc("LA6729-3", "Sometimes true"),
    loinc("LA28397-0", "Often true"),
];

const fn asked(code: &'static str, display: &'static str, answers: &'static [Concept]) -> Question {
    Question {
        link_id: code,
        code: loinc(code, display),
        answers,
    }
}

impl Form {
    /// Adds the form as a `Questionnaire`.
    pub(super) fn write(&self, chart: &mut Chart, this: Ref, as_of: Moment) {
        chart.add(this, Profile::NONE, |j| {
            j.text("url", self.canonical);
            j.text("title", self.title);
            j.text("status", "active");
            j.array("subjectType", |j| j.text_item("Patient"));
            j.date("date", as_of.plus_days(-4_000));
            j.array("code", |j| j.item(|j| j.coding_members(&self.code)));
            j.array("item", |j| {
                if self.is_grouped {
                    j.item(|j| self.group(j));
                } else {
                    self.questions.iter().for_each(|q| j.item(|j| q.write(j)));
                }
                j.item(|j| asked_for(j, TOTAL, "decimal"));
                j.item(|j| asked_for(j, REMARK, "string"));
            });
        });
    }

    fn group(&self, j: &mut Json) {
        asked_for(j, (self.code.code, self.title), "group");
        j.array("item", |j| {
            self.questions.iter().for_each(|q| j.item(|j| q.write(j)));
        });
    }
}

impl Question {
    /// The link id of the place for a remark on the answer.
    pub(crate) fn remark(&self) -> String {
        [self.link_id, "/remark"].concat()
    }

    fn write(&self, j: &mut Json) {
        j.text("linkId", self.link_id);
        j.array("code", |j| j.item(|j| j.coding_members(&self.code)));
        j.text("text", self.code.display);
        j.text("type", "choice");
        j.array("answerOption", |j| {
            self.answers
                .iter()
                .for_each(|a| j.item(|j| j.coding("valueCoding", a)));
        });
        j.single("item", |j| {
            asked_for(j, (&self.remark(), "Remark"), "string");
        });
    }
}

fn asked_for(j: &mut Json, (link_id, text): (&str, &str), kind: &str) {
    j.text("linkId", link_id);
    j.text("text", text);
    j.text("type", kind);
}
