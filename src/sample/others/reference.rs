//! Made-up reference rows: the village agents, the 72 powers in 14 areas and the 87 policies, of which
//! the report of 2018-09-13 tells the numbers and no names.

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

pub fn tables(sample: &Sample) -> [Table; 3] {
    [agents(sample), powers(), policies()]
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
