//! The terms the sample data uses, with their real URIs in OpenActive's controlled vocabularies.
//!
//! Vocabularies: <https://openactive.io/activity-list>, <https://openactive.io/facility-types>,
//! <https://openactive.io/accessibility-support>.

use serde_json::Value;
use serde_json::json;

/// A term of a vocabulary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Concept {
    scheme: &'static str,
    id: &'static str,
    label: &'static str,
}

impl Concept {
    fn to_json(self) -> Value {
        json!({
            "@type": "Concept",
            "@id": format!("{}#{}", self.scheme, self.id),
            "prefLabel": self.label,
            "inScheme": self.scheme,
        })
    }
}

/// Returns the terms as `ArrayOfConcept`.
pub(super) fn concepts(terms: &[Concept]) -> Value {
    terms.iter().map(|term| term.to_json()).collect()
}

const fn activity(id: &'static str, label: &'static str) -> Concept {
    Concept { scheme: "https://openactive.io/activity-list", id, label }
}

const fn facility_type(id: &'static str, label: &'static str) -> Concept {
    Concept { scheme: "https://openactive.io/facility-types", id, label }
}

const fn support(id: &'static str, label: &'static str) -> Concept {
    Concept { scheme: "https://openactive.io/accessibility-support", id, label }
}

pub(super) const AQUA_AEROBICS: Concept =
    activity("6e31262b-ce37-4fc7-b3e3-d827ac5e8b42", "Aqua Aerobics");
pub(super) const BABY_YOGA: Concept = activity("1fdf548e-3a7b-45ea-b94b-924475cdc7b0", "Baby Yoga");
pub(super) const BADMINTON: Concept = activity("c0360db0-a817-4bae-9167-40f89b49fc9e", "Badminton");
pub(super) const BOCCIA: Concept = activity("611363c5-8acf-4eeb-aeba-c33e9c70146e", "Boccia");
pub(super) const BOXING_FITNESS: Concept =
    activity("1eb737b6-9962-469d-98cc-0a2e4e86d356", "Boxing Fitness");
pub(super) const BUGGY_FITNESS: Concept =
    activity("4ad68772-7dc5-4635-8a0f-d4cd9c656c25", "Buggy Fitness");
pub(super) const CHAIR_BASED_EXERCISE: Concept =
    activity("ee3cf3ee-082e-4f53-9cb2-3ef0589497ed", "Chair Based Exercise");
pub(super) const CHAIR_YOGA: Concept =
    activity("16b8fad0-68a1-4159-892d-c9b59dce03c8", "Chair Yoga");
pub(super) const CIRCUIT_TRAINING: Concept =
    activity("d22d1d7d-8a2f-4e18-88c8-80abcbdded9d", "Circuit Training");
pub(super) const COLD_WATER_SWIMMING: Concept =
    activity("0ff678d1-a679-492c-a8b7-e9d7e0061bd1", "Cold Water Swimming");
pub(super) const CYCLING: Concept = activity("4a19873e-118e-43f4-b86e-05acba8fb1de", "Cycling");
pub(super) const DANCE: Concept = activity("6ca15167-51da-4d91-a1ae-8a45dc47b0ea", "Dance");
pub(super) const DANCE_FITNESS: Concept =
    activity("d3b5104a-2e31-4cca-a278-ef8e0987a764", "Dance Fitness");
pub(super) const DODGEBALL: Concept = activity("f38d52ca-3c19-4194-b115-1261b3491d44", "Dodgeball");
pub(super) const FALLS_AND_EXERCISE_MANAGEMENT: Concept =
    activity("35f999ac-8ed5-46fa-87d0-1c7721aca77e", "Falls and Exercise Management");
pub(super) const FLEXIBILITY_STRETCHING: Concept =
    activity("56be8d24-0c9b-438c-8679-192e5714daf9", "Flexibility/Stretching");
pub(super) const FOOTBALL: Concept = activity("0a5f732d-e806-4e51-ad40-0a7de0239c8c", "Football");
pub(super) const GARDENING: Concept = activity("5b880e93-4a16-4c37-86ac-ba2ffba68358", "Gardening");
pub(super) const HIIT: Concept = activity("21b6faae-c7cd-431f-9f2f-7d151e82de33", "HIIT");
pub(super) const INDOOR_CYCLING: Concept =
    activity("5f09c2ca-ceeb-4e0c-871f-e2d0b9971317", "Indoor Cycling");
pub(super) const LINE_DANCING: Concept =
    activity("2998a4ad-e206-4cf8-9f9d-8a36faa0bc88", "Line Dancing");
pub(super) const MULTISPORTS: Concept =
    activity("26a7b902-1ddd-46fd-9371-853e414c9eb3", "Multisports");
pub(super) const NETBALL: Concept = activity("fbdc35a8-3dd0-40ee-a7ca-6ff40b3e5f90", "Netball");
pub(super) const NORDIC_WALKING: Concept =
    activity("c72e1713-25c1-4886-926a-4cd549bb4916", "Nordic Walking");
pub(super) const PARKOUR: Concept = activity("293f2c7f-19fd-4db1-921c-e37867ae9839", "Parkour");
pub(super) const PHASE_IV_CARDIAC_REHABILITATION: Concept =
    activity("e4c2656d-983d-4126-b824-72c6713879fb", "Phase IV Cardiac Rehabilitation");
pub(super) const PICKLEBALL: Concept =
    activity("d354b58e-0c97-47c8-92cb-937b91d56eef", "Pickleball");
pub(super) const PILATES: Concept = activity("3a6b1c08-7aa6-48d4-9690-dca9e0133057", "Pilates");
pub(super) const RECREATIONAL_CYCLING: Concept =
    activity("be4762de-b26c-4bd2-bcf2-4e54b58e7830", "Recreational Cycling");
pub(super) const RUNNING: Concept = activity("72ddb2dc-7d75-424e-880a-d90eabe91381", "Running");
pub(super) const SELF_DEFENCE: Concept =
    activity("1b88144e-91cf-4642-8e6a-8e4524f7c56f", "Self Defence");
pub(super) const SKATEBOARDING: Concept =
    activity("50feff1b-790f-4f0f-9c07-0314557897c4", "Skateboarding");
pub(super) const STAND_UP_PADDLEBOARDING: Concept =
    activity("12e7315a-3182-415b-aaf3-923d23adfdf8", "Stand Up Paddleboarding");
pub(super) const STREET_DANCE: Concept =
    activity("85ddf0e4-115d-4c0b-9bca-4c3b4b635bb2", "Street Dance");
pub(super) const STRENGTH_AND_CONDITIONING: Concept =
    activity("99363c95-ed8a-4fac-afd4-c55b138f0eba", "Strength and Conditioning");
pub(super) const SWIMMING: Concept = activity("2750229d-b725-4171-9276-376be913957c", "Swimming");
pub(super) const SWIMMING_LESSONS: Concept =
    activity("dfaf6bb4-d2fe-4db5-a271-4ceeaaaf55b9", "Swimming Lessons");
pub(super) const TABLE_TENNIS: Concept =
    activity("1a05993d-b206-4efe-85da-646fa340bdf4", "Table Tennis");
pub(super) const TAI_CHI: Concept = activity("c16df6ed-a4a0-4275-a8c3-1c8cff56856f", "Tai Chi");
pub(super) const TENNIS: Concept = activity("f2ea7405-6098-4378-b0fe-4e398a659fc4", "Tennis");
pub(super) const VINYASA_YOGA: Concept =
    activity("df58ee70-fa79-423f-b146-4d719b3e7aac", "Vinyasa Yoga");
pub(super) const WALKING: Concept = activity("95092977-5a20-4d6e-b312-8fddabe71544", "Walking");
pub(super) const WALKING_CRICKET: Concept =
    activity("f00fc7b2-8154-43f3-97a0-a53fb62c233a", "Walking Cricket");
pub(super) const WALKING_FOOTBALL: Concept =
    activity("b8019b67-2ade-406f-a012-91a5c3869652", "Walking Football");
pub(super) const WALKING_NETBALL: Concept =
    activity("1e48de7e-4f8f-49bd-8ab3-9d92edf2cedc", "Walking Netball");
pub(super) const WHEELCHAIR_BASKETBALL: Concept =
    activity("bd661e66-7781-4934-90f4-8655d07eebd7", "Wheelchair Basketball");
pub(super) const YOGA: Concept = activity("bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e", "Yoga");
pub(super) const GOALBALL: Concept = activity("59d547bb-0d3b-40a8-b9c6-6d6f33e1e16b", "Goalball");
pub(super) const BOULDERING: Concept =
    activity("ef33414f-b228-4b65-b5e1-329c0215490d", "Bouldering");
pub(super) const HATHA_YOGA: Concept =
    activity("90611f8f-fea2-402e-827f-41b487a5f3a0", "Hatha Yoga");

pub(super) const BADMINTON_COURT: Concept =
    facility_type("9db5681e-700e-4b30-99a5-355885d94db2", "Badminton Court");
pub(super) const CRICKET_NET: Concept =
    facility_type("2d333183-6a6d-4a95-aad4-c5699f705b14", "Cricket Net");
pub(super) const DANCE_STUDIO: Concept =
    facility_type("2f7f901d-bc7c-4757-8f27-f8a5eece0cd1", "Dance Studio");
pub(super) const FOOTBALL_PITCH: Concept =
    facility_type("07e38aa9-4087-424e-95d0-0702d64e1a7a", "Football Pitch");
pub(super) const PADEL_TENNIS_COURT: Concept =
    facility_type("7a13f426-d2bc-4464-8a9b-18b30569b263", "Padel Tennis Court");
pub(super) const SPORTS_HALL: Concept =
    facility_type("da364f9b-8bb2-490e-9e2f-1068790b9e35", "Sports Hall");
pub(super) const SQUASH_COURT: Concept =
    facility_type("a1f82b7a-1258-4d9a-8dc5-bfc2ae961651", "Squash Court");
pub(super) const TABLE_TENNIS_TABLE: Concept =
    facility_type("5b5e33b7-dc1f-44ba-8122-2c051a533959", "Table Tennis Table");
pub(super) const TENNIS_COURT: Concept =
    facility_type("becfafc0-c63f-444c-aed5-a3665f2d172d", "Tennis Court");
pub(super) const MULTI_PURPOSE_ROOM: Concept =
    facility_type("d365ee78-4aab-48f7-848e-382fb721f7c4", "Multi Purpose Room");

pub(super) const VISUAL_IMPAIRMENT: Concept =
    support("1393f2dc-3fcc-4be9-a99f-f1e51f5ad277", "Visual impairment");
pub(super) const HEARING_IMPAIRMENT: Concept =
    support("2bfb7228-5969-4927-8435-38b5005a8771", "Hearing impairment");
pub(super) const PHYSICAL_IMPAIRMENT: Concept =
    support("dd026873-6713-4ea1-af5a-08901f651d98", "Physical impairment");
pub(super) const LEARNING_IMPAIRMENT: Concept =
    support("67902468-fd49-4238-8650-20a22d7f0e40", "Learning impairment");
pub(super) const MENTAL_HEALTH_ISSUES: Concept =
    support("40b9b11f-bdd3-4aeb-8984-2ecf74a14c7a", "Mental health issues");
pub(super) const SOCIAL_OR_BEHAVIOURAL_PROBLEMS: Concept =
    support("69b689d4-be04-4e6d-be56-4ac72ec82444", "Social or behavioural problems");
