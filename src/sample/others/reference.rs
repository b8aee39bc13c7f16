//! Reference rows. Of regions, offices and service items those that a lake has from its beginning, so that
//! they land as known; made up are the village agents, the 72 powers in 14 areas and the 87 policies, of
//! which the report of 2018-09-13 tells the numbers and no names.

use anyhow::Result;
use datasets::reference::{self, Editions, Region, ServiceItem};

use super::super::Sample;

/// Powers of each of the fourteen areas; 72 together.
const AREAS: [(&str, usize); 14] = [
    ("重大事项决策", 6),
    ("财务管理", 6),
    ("集体资产资源", 6),
    ("工程项目", 6),
    ("物资采购", 5),
    ("土地征收和宅基地", 5),
    ("社会救助", 5),
    ("惠农补贴", 5),
    ("计划生育服务", 5),
    ("印章使用", 5),
    ("人员任用", 5),
    ("党务管理", 5),
    ("矛盾调解", 4),
    ("公共服务代办", 4),
];
const POLICIES: usize = 87;
const FIELDS: [&str; 6] = ["社会救助", "惠农补贴", "医疗保障", "养老服务", "教育资助", "住房保障"];
const NOTE: &str = "made up";

/// Name of each table, its file's columns and rows.
type Table = (&'static str, &'static str, Vec<Vec<String>>);

pub fn tables(sample: &Sample) -> Result<[Table; 6]> {
    Ok([regions(sample)?, organizations()?, service_items()?, agents(sample), powers(), policies()])
}

/// The edition from which the sample's villages are.
fn regions(sample: &Sample) -> Result<Table> {
    let all = reference::regions()?;
    let editions = Editions::of(&all);
    let row = |region: Region| -> Vec<String> {
        let (from, to) = editions.in_force(region.edition);
        let Region { edition, code, name, level, parent_code } = region;
        vec![edition.to_string(), code, name, level, parent_code, told(from), told(to)]
    };
    let rows = all.into_iter().filter(|region| region.edition == i64::from(sample.edition)).map(row).collect();
    Ok(("region", "edition,code,name,level,parent_code,valid_from,valid_to", rows))
}

fn organizations() -> Result<Table> {
    let rows = reference::organizations()?.into_iter();
    let rows = rows.map(|org| vec![org.org_code, org.name, told(org.name_en), org.level, org.kind]).collect();
    Ok(("organization", "org_code,name,name_en,level,kind", rows))
}

fn service_items() -> Result<Table> {
    let row = |item: ServiceItem| -> Vec<String> {
        vec![
            item.item_id,
            item.version.to_string(),
            item.item_code,
            item.name,
            item.name_en,
            item.item_type,
            item.case_kind,
            told(item.statutory_limit),
            item.statutory_unit,
            told(item.promised_limit),
            item.promised_unit,
            item.limit_basis,
            told(item.max_extension_days),
            item.allowed_stop_kinds.join(";"),
            told(item.village_limit),
            told(item.village_unit),
            item.dept_kind,
            item.flow_text,
            item.max_visits.to_string(),
            item.certificate.to_string(),
            item.valid_from.to_string(),
            told(item.valid_to),
            item.note,
        ]
    };
    let columns = "item_id,version,item_code,name,name_en,item_type,case_kind,statutory_limit,statutory_unit,\
                   promised_limit,promised_unit,limit_basis,max_extension_days,allowed_stop_kinds,village_limit,\
                   village_unit,dept_kind,flow_steps,max_visits,certificate,valid_from,valid_to,note";
    Ok(("service_item", columns, reference::service_items()?.into_iter().map(row).collect()))
}

/// A value, or nothing.
fn told<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn agents(sample: &Sample) -> Table {
    let row = |site: &super::super::place::Site| -> Vec<String> {
        [&*site.agent, &*site.code, "", &*site.village_org, "false", "ACTIVE", "2016-10-01", NOTE]
            .map(str::to_owned)
            .to_vec()
    };
    let columns = "agent_id,village_code,name,org_code,is_substitute,status,valid_from,note";
    ("agent", columns, sample.sites.iter().map(row).collect())
}

fn powers() -> Table {
    let mut rows = Vec::new();
    for (number, (area, powers)) in (1..).zip(AREAS) {
        for power in 1..=powers {
            let id = format!("TESTP{number:02}{power:02}");
            let name = format!("{area}事项{power}（虚构）");
            let chart = format!("test://flowchart/{id}");
            let number = format!("{number}");
            let row: [&str; 11] =
                [&id, "ALL", &number, area, &name, "村民委员会", &chart, "QUARTERLY", "3650", "2016-10-01", NOTE];
            rows.push(row.map(str::to_owned).to_vec());
        }
    }
    let columns = "power_id,village_code,area_no,area_name,name,holder_role,flowchart_uri,disclosure_cycle,\
                   retention_days,valid_from,note";
    ("power_item", columns, rows)
}

fn policies() -> Table {
    let row = |number: usize| -> Vec<String> {
        let field = FIELDS[number % FIELDS.len()];
        let id = format!("TESTZ{number:03}");
        let title = format!("{field}政策{number}（虚构）");
        let row: [&str; 6] = [&id, &title, field, "2016-10-01", "2016-10-01", NOTE];
        row.map(str::to_owned).to_vec()
    };
    ("policy_item", "policy_id,title,category,published_on,valid_from,note", (1..=POLICIES).map(row).collect())
}
