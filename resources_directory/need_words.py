"""Which names and phrases speak of which need: Open Eligibility names, and our own English phrases for other lists.

The keys are values of `needs.NeedDomain`; phrases are separated by semicolons and compared by `words.words_of`.
"""

#: Names of Open Eligibility 2.0 (Aunt Bertha, 2014), whole names only. Of the terms about people ("Homeless") none
#: stands here: whom a service is for does not say what it gives.
OPEN_ELIGIBILITY: dict[str, str] = {
    "food": "Food; Community Gardens; Emergency Food; Food Delivery; Food Pantry; Free Meals; Help Pay for Food; "
    "Food Benefits; Nutrition",
    "transportation": "Transit; Help Pay for Transit; Bus Passes; Help Pay for Gas; Transportation; "
    "Transportation for Healthcare; Transportation for School",
    "utilities": "Help Pay for Utilities; Blankets & Fans",
    "housing": "Housing; Emergency Shelter; Help Find Housing; Help Pay for Housing; Housing Vouchers; "
    "Maintenance & Repairs; Housing Advice; Foreclosure Counseling; Homebuyer Education; Residential Housing; "
    "Long-Term Housing; Public Housing; Safe Housing; Short-Term Housing",
    "employment": "Work; Help Find Work; Job Placement; Supported Employment; Help Pay for Work Expenses; "
    "Clothes for Work; Supplies for Work; Skills & Training; Interview Training; Resume Development; "
    "Skills Assessment; Specialized Training; Workplace Rights",
    "education": "Education; Help Find School; Help Pay for School; Alternative Education; More Education; "
    "English as a Second Language (ESL); GED/High-School Equivalency; Special Education; Tutoring; Basic Literacy",
    "financial_strain": "Money; Emergency Payments; Financial Assistance; Financial Education; Credit Counseling; "
    "Savings Program; Tax Preparation; Goods",
    "interpersonal_safety": "Immediate Safety; Help Escape Violence; Safe Housing",
    "social_connection": "Support Network; Recreation; Help Hotlines; Home Visiting; Mentoring; One-on-One Support; "
    "Peer Support; Spiritual Support; Support Groups; Virtual Support",
    "legal_immigration": "Legal; Advocacy & Legal Aid; Citizenship & Immigration; Discrimination & Civil Rights; "
    "Guardianship; Identification Recovery; Mediation; Notary; Representation; Translation & Interpretation",
    "childcare": "Daytime Care; Afterschool Care; Childcare; Help Find Childcare; Help Pay for Childcare; Day Camp; "
    "Preschool",
    "health_care_access": "Health; Medical Care; Dental Care; Help Pay for Healthcare; Discounted Healthcare; "
    "Health Insurance; Medical Supplies; Prescription Assistance; Checkup & Test; Vision Tests; Counseling; "
    "Addiction & Recovery",
    "digital_access": "Computer Class; Assistive Technology",
    "benefits_enrolment": "Government Benefits; Food Benefits; Disability Benefits; Health Insurance; "
    "Understand Government Programs; Unemployment Benefits; Navigating the System; Help Fill out Forms",
}

#: Phrases found inside a name. The longest phrase wins its words: "digital literacy" leaves no "literacy" behind.
PHRASES: dict[str, str] = {
    "food": "food pantry; food bank; food assistance; emergency food; food voucher; food distribution; food box; "
    "food basket; food delivery; food benefits; food stamps; food program; grocery; groceries; soup kitchen; "
    "free meals; hot meals; congregate meals; home delivered meals; meals on wheels; meal program; meal delivery; "
    "lunch program; breakfast program; summer meals; holiday baskets; thanksgiving baskets; wic; snap benefits; "
    "snap application; snap outreach; nutrition assistance; nutrition education; nutrition program; "
    "nutrition site; formula baby food; infant formula; community garden",
    "transportation": "transportation; bus pass; bus fare; transit pass; transit fare; gas voucher; gas card; "
    "gas money; taxi voucher; paratransit; ride to appointment; rides; ride program; vehicle repair; van service",
    "utilities": "utility assistance; utility bill; utility payment; utility service payment; utility deposit; "
    "utility shutoff; utility disconnection; utilities; electric service payment; gas service payment; "
    "water service payment; electric bill; electricity bill; water bill; gas bill; heating bill; energy bill; "
    "energy assistance; heating assistance; cooling assistance; heating fuel; home energy; liheap; weatherization",
    "housing": "housing; homeless shelter; emergency shelter; family shelter; youth shelter; runaway shelter; "
    "overnight shelter; cold weather shelter; shelter for homeless; rent payment; rent assistance; "
    "rental assistance; rental deposit; rent relief; help with rent; mortgage payment; mortgage assistance; "
    "mortgage delinquency; eviction; homeless prevention; homelessness prevention; foreclosure; home repair; "
    "home rehabilitation; homebuyer; home purchase; landlord tenant; tenant rights; section 8; "
    "subsidized rental; low income rental",
    "employment": "employment; job search; job placement; job training; job readiness; job development; job fair; "
    "job skills; job bank; job corps; jobs; career; vocational; resume; workforce; apprenticeship; internship; "
    "work readiness; help finding work",
    "education": "tutoring; homework help; ged; high school equivalency; literacy; english as a second language; "
    "esl; esol; english class; english language; english lessons; adult education; adult basic education; "
    "alternative education; scholarship; student financial aid; special education; dropout prevention; "
    "school supplies; educational support; school enrollment",
    "financial_strain": "financial assistance; emergency financial; cash assistance; emergency payment; "
    "emergency funds; tanf; credit counseling; debt counseling; debt management; debt relief; budget counseling; "
    "budgeting; money management; financial counseling; financial literacy; financial management; "
    "financial education; financial coaching; financial planning; tax preparation; vita program; tax aide; "
    "free clothing; clothing; clothes closet; clothing closet; furniture; diapers; diaper bank; household goods; "
    "holiday gifts; burial assistance",
    "interpersonal_safety": "domestic violence; family violence; dating violence; partner violence; "
    "intimate partner; partner abuse; spouse abuse; spousal abuse; abused women; abused men; abused adults; "
    "battered; sexual assault; sexual abuse; sexually abused; rape crisis; human trafficking; elder abuse; "
    "adult protective; stalking; protective order; restraining order; safe house; safe housing",
    "social_connection": "support group; peer support; mentoring; mentor; friendly visitor; friendly visiting; "
    "companionship; telephone reassurance; senior center; recreation; recreational activity; social club; "
    "boys girls club; warmline; social connection; social isolation; home visiting",
    "legal_immigration": "legal; lawyer; attorney; immigration; naturalization; citizenship; refugee resettlement; "
    "asylum; expungement; record sealing; guardianship; notary; civil rights; visa application; immigrant visa; "
    "daca; green card; identification card; birth certificate; landlord tenant; tenant rights; mediation",
    "childcare": "child care; childcare; children day care; child day care; daycare; preschool; "
    "pre kindergarten; head start; after school; afterschool; before school; extended child care; summer camp; "
    "day camp; nursery school; babysitting; early learning; early childhood education",
    "health_care_access": "community clinic; free clinic; health clinic; medical clinic; walk in clinic; "
    "health center; dental; dentist; dentistry; denture; orthodontic; medical care; primary care; urgent care; "
    "health care; healthcare; prescription; medication assistance; pharmacy; health insurance; medicaid; medicare; "
    "affordable care act; vision screening; hearing screening; eye exam; eye care; eyeglasses; optometry; "
    "hearing aid; immunization; vaccine; vaccination; prenatal care; mental health; behavioral health; "
    "psychiatric; psychiatry; psychotherapy; individual counseling; group counseling; family counseling; "
    "bereavement counseling; substance abuse; substance use; drug use disorder; alcohol use disorder; "
    "opioid use disorder; addiction; detoxification; hiv testing; hiv aids clinic; family planning; "
    "birth control; medical equipment; medical supplies; home health; physical therapy; occupational therapy; "
    "speech therapy; physical examination; health screening; cancer screening; mammogram; "
    "pregnancy testing; pediatrics; obstetrics; gynecology; dermatology; hospital; donated care; specialty care",
    "digital_access": "computer class; computer training; computer literacy; computer skills; computer lab; "
    "computer access; computer distribution; free computer; computer and related technology; digital literacy; "
    "digital skills; digital inclusion; internet; broadband; wifi; wi fi; lifeline phone; free phone; cell phone; "
    "telephone service discount; phone service discount; assistive technology; technology training; "
    "technology class",
    "benefits_enrolment": "food stamps; snap benefits; snap application; snap outreach; wic; medicaid; tanf; ssi; "
    "ssdi; social security disability; unemployment insurance; unemployment benefits; unemployment compensation; "
    "benefits assistance; benefits screening; benefits counseling; benefits enrollment; benefits application; "
    "public benefits; government benefits; veteran benefits; veterans benefits; disability benefits; "
    "public assistance; in person assister; navigator program; application counselor; application assistance; "
    "affordable care act; health insurance marketplace; health insurance information; medicare savings; "
    "social health insurance",
}

#: Phrases that look like help and are not: whom a service is for, animals, offices. They take their words away.
NOT_OFFERED = (
    "animal shelter; animal hospital; animal care; animal legal; preschool age; preschool age children; "
    "preschool student; preschool aged; preschool aged children; parents of preschool; food safety; food handler; "
    "food inspection; food service; adult day care; adult care; donated clothing; clothing donation; "
    "food donation; furniture donation; housing for animals; legal status; legal guardian; legal resident; "
    "unemployed; volunteer opportunities; dental assistant training; hospital volunteer; health issues; "
    "mental health issues; domestic violence shelter residents; low income housing tax credit; "
    "transportation not provided; no transportation; internet crime"
)

#: A name that holds one of these pairs of words offers no help: it asks for gifts or hands, or names people.
NAMES_WITHOUT_HELP = (
    "volunteer opportunities; donation programs; shelter residents; advocacy groups; partner abusers; "
    "background checks; service providers; development organizations; assistant training"
)
