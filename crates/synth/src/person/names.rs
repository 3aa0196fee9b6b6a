//! Made-up names and homes.

use super::Sex;
use super::origin::Heritage;
use crate::random::Random;

/// Names that go together.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Culture {
    pub(crate) heritage: Heritage,
    pub(crate) families: &'static [&'static str],
    women: &'static [&'static str],
    men: &'static [&'static str],
}

impl Culture {
    /// Every culture as often as it is drawn.
    pub(crate) const ALL: &'static [Self] = &[
        ANGLO,
        ANGLO,
        ANGLO,
        LATIN,
        LATIN,
        AFRICAN,
        EAST_ASIAN,
        SOUTH_ASIAN,
        DINE,
        PACIFIC,
        ARABIC,
    ];

    /// Given names for this sex.
    pub(crate) fn given(self, sex: Sex) -> &'static [&'static str] {
        match sex {
            Sex::Female => self.women,
            Sex::Male => self.men,
        }
    }
}

const ANGLO: Culture = Culture {
    heritage: Heritage::White,
    families: &[
        "Ashdown",
        "Birchall",
        "Carrow",
        "Dunmore",
        "Ellery",
        "Fairbairn",
        "Garside",
        "Hollis",
        "Ibbott",
        "Jessop",
        "Kettering",
        "Larkham",
        "Merrow",
        "Norcross",
        "Ormsby",
        "Penhale",
        "Quill",
        "Redfern",
        "Stannard",
        "Thorne",
    ],
    women: &[
        "Abigail", "Beatrice", "Clara", "Daphne", "Eleanor", "Frances", "Greta", "Hazel", "Ingrid",
        "June", "Lydia", "Margaret", "Nora", "Olive", "Phoebe", "Rosalind", "Sylvia", "Tessa",
        "Vera", "Winifred",
    ],
    men: &[
        "Albert", "Benedict", "Callum", "Desmond", "Edgar", "Felix", "Gordon", "Harvey", "Isaac",
        "Jasper", "Kenneth", "Leonard", "Miles", "Nathan", "Oscar", "Percy", "Rupert", "Silas",
        "Theodore", "Walter",
    ],
};

const LATIN: Culture = Culture {
    heritage: Heritage::Hispanic,
    families: &[
        "Alcaraz",
        "Barrientos",
        "Cisneros",
        "De la Torre",
        "Escobedo",
        "Figueroa",
        "Galindo",
        "Hinojosa",
        "Jaramillo",
        "Lucero",
        "Montoya",
        "Navarrete",
        "Ocampo",
        "Palomares",
        "Quintana",
        "Renteria",
        "Saldaña",
        "Tapia",
        "Urrutia",
    ],
    women: &[
        "Alma",
        "Catalina",
        "Dolores",
        "Esperanza",
        "Graciela",
        "Inés",
        "Lucía",
        "Paloma",
        "Rocío",
        "Ximena",
    ],
    men: &[
        "Alejandro",
        "Bruno",
        "Efraín",
        "Gustavo",
        "Ignacio",
        "Joaquín",
        "Leandro",
        "Mateo",
        "Rafael",
        "Tomás",
    ],
};

const AFRICAN: Culture = Culture {
    heritage: Heritage::Black,
    families: &[
        "Abernathy",
        "Boateng",
        "Crumpton",
        "Dixon",
        "Etienne",
        "Freeman",
        "Gaines",
        "Mensah",
        "Pettway",
        "Sesay",
    ],
    women: &[
        "Amara",
        "Bernice",
        "Chantelle",
        "Delphine",
        "Imani",
        "Keziah",
        "Nia",
        "Odessa",
        "Simone",
        "Zuri",
    ],
    men: &[
        "Amos", "Darius", "Emeka", "Jerome", "Kofi", "Lamar", "Malik", "Reginald", "Solomon",
        "Tyrell",
    ],
};

const EAST_ASIAN: Culture = Culture {
    heritage: Heritage::Asian,
    families: &[
        "Aoki", "Cheung", "Duong", "Fujita", "Hwang", "Kwon", "Liang", "Matsuda", "Nguyen", "Zhou",
    ],
    women: &[
        "Ai", "Hana", "Jia", "Linh", "Mei", "Naomi", "Soo-jin", "Thuy", "Xiu", "Yuki",
    ],
    men: &[
        "Akira", "Bao", "Daichi", "Hyun", "Jun", "Kenji", "Long", "Minh", "Sung-ho", "Wei",
    ],
};

const SOUTH_ASIAN: Culture = Culture {
    heritage: Heritage::AsianIndian,
    families: &[
        "Acharya",
        "Bhandari",
        "Chowdhury",
        "Deshpande",
        "Gill",
        "Iyer",
        "Kulkarni",
        "Mehta",
        "Rao",
        "Sandhu",
    ],
    women: &[
        "Ananya", "Deepa", "Gauri", "Ishani", "Kavya", "Meera", "Padma", "Rukmini", "Shreya",
        "Usha",
    ],
    men: &[
        "Arjun", "Dev", "Gopal", "Harish", "Kiran", "Manoj", "Nikhil", "Rohan", "Sanjay", "Vikram",
    ],
};

const DINE: Culture = Culture {
    heritage: Heritage::Native,
    families: &[
        "Begaye",
        "Chee",
        "Etsitty",
        "Manygoats",
        "Nez",
        "Tsosie",
        "Yazzie",
    ],
    women: &[
        "Bah", "Doli", "Haseya", "Lenmana", "Nizhoni", "Shandiin", "Yanaba",
    ],
    men: &[
        "Ahiga", "Bidziil", "Gad", "Hastiin", "Naalnish", "Shilah", "Yiska",
    ],
};

const PACIFIC: Culture = Culture {
    heritage: Heritage::Pacific,
    families: &[
        "Fonoti",
        "Kahale",
        "Leavasa",
        "Makoa",
        "Pulou",
        "Taumalolo",
        "Vaifale",
    ],
    women: &[
        "Alani", "Hina", "Kalea", "Leilani", "Mahina", "Sina", "Talia",
    ],
    men: &["Afa", "Ikaika", "Keoni", "Manu", "Nainoa", "Sione", "Tama"],
};

const ARABIC: Culture = Culture {
    heritage: Heritage::White,
    families: &[
        "Abboud", "Bazzi", "Dagher", "Farah", "Haidar", "Khoury", "Mansour", "Nassar", "Saab",
        "Zein",
    ],
    women: &[
        "Amal", "Dina", "Farida", "Hala", "Jumana", "Lina", "Nadia", "Rima", "Samira", "Yasmin",
    ],
    men: &[
        "Adel", "Bassam", "Fadi", "Ghassan", "Hisham", "Jamil", "Karim", "Nabil", "Tarek", "Ziad",
    ],
};

/// A home address in the practice's county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) number: i64,
    pub(crate) street: &'static str,
    pub(crate) city: &'static str,
    pub(crate) postal_code: &'static str,
}

impl Home {
    /// Draws a home.
    pub(crate) fn draw(random: &mut Random) -> Self {
        let (city, postal_code) = random.pick(CITIES);
        Self {
            number: random.between(11, 4_899),
            street: random.pick(STREETS),
            city,
            postal_code,
        }
    }
}

const STREETS: &[&str] = &[
    "N Agave Ln",
    "E Brittlebush Dr",
    "W Creosote Ct",
    "S Desert Willow Ave",
    "N Elderberry St",
    "E Fairy Duster Way",
    "W Globemallow Rd",
    "S Hopbush Cir",
    "N Indigo Bush Pl",
    "E Jojoba St",
    "W Lupine Ave",
    "S Manzanita Dr",
];

const CITIES: &[(&str, &str)] = &[
    ("Mesa", "85201"),
    ("Mesa", "85204"),
    ("Tempe", "85281"),
    ("Chandler", "85224"),
    ("Gilbert", "85233"),
    ("Phoenix", "85016"),
    ("Scottsdale", "85251"),
    ("Apache Junction", "85120"),
];
